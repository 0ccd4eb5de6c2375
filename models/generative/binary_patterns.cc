#include "models/generative/binary_patterns.h"

#include "entropy/error.h"
#include "models/boltzmann.h"

namespace vqcodec::models {

torch::Tensor binary_patterns(const std::string& name, std::int64_t side) {
  torch::Tensor bits;
  if (name == "bars-and-stripes") {
    const auto rows = all_states(side, torch::kUInt8).unsqueeze(2).expand({-1, side, side});
    // All on and all off are both bars and stripes.
    bits = torch::cat({rows, rows.transpose(1, 2).slice(0, 1, rows.size(0) - 1)});
  } else {
    const auto all = all_states(side * side, torch::kUInt8);
    bits = all.index_select(0, all.sum(1).remainder(2).eq(0).nonzero().squeeze(1))
               .view({-1, side, side});
  }
  return (255 * bits).to(torch::kUInt8).unsqueeze(1).contiguous();
}

ImageSets binary_pattern_sets(const std::string& name, std::int64_t side) {
  const ImageSet all{.images = binary_patterns(name, side), .labels = {}};
  return {.train = all, .validation = all, .test = all, .binary = true};
}

}  // namespace vqcodec::models
