// entropy/code_source.h: where the encoder gets its codes from, asked in coding order.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "entropy/code_map.h"

namespace vqcodec::entropy {

inline constexpr int kLengthOne = 1024;  // code lengths are in units of 1/1024 bit

struct Choice {
  int code = 0;          // 0..K-1
  bool escaped = false;  // if so, remainder[0..dimension) follows
  std::array<std::int32_t, kMaxDimension> remainder{};
};

// An entropy-constrained quantizer implements it to choose with the prior's own conditional
// lengths; finished code maps implement it by look-up.
class CodeSource {
 public:
  virtual ~CodeSource() = default;
  // Whether choose() looks at the lengths: they cost every node of the tree instead of one path.
  virtual bool weighs_lengths() const = 0;
  // lengths: K + 1 entries (the last: the escape leaf), or empty.
  virtual Choice choose(int position, int group, std::span<const std::uint32_t> lengths) = 0;
  // At a plain position: the remainders from a given codeword.
  virtual Choice choose_plain(int position, int group, int codeword) = 0;
};

class CodeMapSource : public CodeSource {
 public:
  explicit CodeMapSource(const CodeMap& map) : map_(map) {}  // Borrows.
  bool weighs_lengths() const override { return false; }
  Choice choose(int position, int group, std::span<const std::uint32_t> lengths) override;
  Choice choose_plain(int position, int group, int codeword) override;

 private:
  const CodeMap& map_;
};

}  // namespace vqcodec::entropy
