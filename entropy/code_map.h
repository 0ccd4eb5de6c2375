// entropy/code_map.h: one level's grid of codes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vqcodec::entropy {

inline constexpr int kMaxDimension = 16;  // channels of one group
inline constexpr int kMaxCodewords = 1024;

// A latent too far from every codeword: its value is codeword + remainder, channel by channel.
struct Escape {
  std::uint32_t index;  // into CodeMap::codes
  std::array<std::int32_t, kMaxDimension> remainder;

  bool operator==(const Escape&) const = default;
};

struct CodeMap {
  int height = 0;
  int width = 0;
  int groups = 0;
  std::vector<std::uint16_t> codes;  // (height, width, groups): index of the codeword
  std::vector<Escape> escapes;       // sorted by index

  int positions() const { return height * width; }
  std::size_t index(int position, int group) const {
    return static_cast<std::size_t>(position) * static_cast<std::size_t>(groups) +
           static_cast<std::size_t>(group);
  }
  bool operator==(const CodeMap&) const = default;
};

}  // namespace vqcodec::entropy
