// models/inference/rate_constrained_source.h: entropy-constrained assignment in coding order: each
// code is the best trade of the picture's squared error against the prior's own conditional length.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "entropy/code_source.h"
#include "models/inference/grid.h"
#include "models/inference/group_table.h"

namespace vqcodec::models {

class RateConstrainedSource : public entropy::CodeSource {
 public:
  // price: of a bit in weighted squared error. Borrows the tables.
  RateConstrainedSource(const std::vector<GroupTable>& groups, const Grid& latents, double price);
  bool weighs_lengths() const override { return true; }
  entropy::Choice choose(int position, int group, std::span<const std::uint32_t> lengths) override;
  entropy::Choice choose_plain(int position, int group, int codeword) override;

 private:
  struct Escape {
    entropy::Choice choice;
    float cost = 0;
  };
  Escape escape(const GroupTable& group, const float* target, std::uint32_t leaf_length) const;
  const std::vector<GroupTable>& groups_;
  int channels_;
  float price_;              // of one unit of length
  std::vector<float> rest_;  // (places, channels): latents, less the coarse stage once it is chosen
  std::vector<float> distance_, reach_;  // scratch, (K)
};

}  // namespace vqcodec::models
