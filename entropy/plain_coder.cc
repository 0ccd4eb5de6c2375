#include "entropy/plain_coder.h"

#include <limits>

namespace vqcodec::entropy {

int zero_codeword(const GroupPrior& group) {
  int best = 0, least = std::numeric_limits<int>::max();
  const auto dimension = static_cast<std::size_t>(group.dimension);
  for (int k = 0; k < group.codewords; ++k) {
    int sum = 0;
    for (std::size_t c = 0; c < dimension; ++c) {
      const int from_zero =
          group.activations[static_cast<std::size_t>(k) * dimension + c] - kZeroPoint;
      sum += from_zero * from_zero;
    }
    if (sum < least) {
      least = sum;
      best = k;
    }
  }
  return best;
}

PlainCoder::PlainCoder(const QualityPrior& quality, int height, int width)
    : width_(width), slots_(0) {
  for (const GroupPrior& group : quality.groups) {
    zero_codewords_.push_back(zero_codeword(group));
    slots_ = std::max(slots_, group.first_slot + group.dimension);
  }
  sizes_.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
                static_cast<std::size_t>(slots_));
  channels_.resize(static_cast<std::size_t>(slots_));
}

}  // namespace vqcodec::entropy
