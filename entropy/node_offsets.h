// entropy/node_offsets.h: what a slice itself teaches about the prior: how far the logit of each
// node of the trees is off in this picture.
//
// One step of gradient descent on the code length after each decision, with a rate that falls with
// the number of decisions the node has seen. A picture's own statistics are not those of the
// pictures that the prior was trained on; the prior's features stay as they are.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "entropy/integer_pixelcnn.h"
#include "entropy/range_coder.h"

namespace vqcodec::entropy {

class NodeOffset {
 public:
  // To be added to the node's logit, in its units of 1/128.
  std::int32_t logit() const { return (value_ + (1 << kFractionBits >> 1)) >> kFractionBits; }

  void learn(bool branch, Probability one) {
    const std::int32_t error = (branch ? 1 << kProbabilityBits : 0) - std::int32_t{one};
    value_ = std::clamp(value_ + kRates[seen_] * error, -kMost, kMost);
    seen_ = static_cast<std::uint8_t>(std::min<std::size_t>(seen_ + 1U, kRates.size() - 1));
  }

 private:
  static constexpr int kFractionBits = 16;
  static constexpr std::int32_t kMost = (kSigmoidSteps / 2) << kFractionBits;
  // 24 * 64 / (64 + decisions seen), not below 6: in 1/128 logits for an error of 1.
  static constexpr std::array<std::uint8_t, 256> kRates = [] {
    std::array<std::uint8_t, 256> rates{};
    for (unsigned seen = 0; seen < rates.size(); ++seen) {
      const unsigned count = seen + 64;
      rates[seen] = static_cast<std::uint8_t>(std::max(6U, (24 * 64 + count / 2) / count));
    }
    return rates;
  }();

  std::int32_t value_ = 0;
  std::uint8_t seen_ = 0;
};

// Of all nodes of a quality on a level, group after group.
class NodeOffsets {
 public:
  explicit NodeOffsets(const QualityPrior& quality) {
    std::size_t nodes = 0;
    for (const GroupPrior& group : quality.groups) {
      first_.push_back(nodes);
      nodes += static_cast<std::size_t>(group.codewords);
    }
    first_.push_back(nodes);
    offsets_.resize(nodes);
  }

  std::span<NodeOffset> of(int group) {
    const auto g = static_cast<std::size_t>(group);
    return std::span(offsets_).subspan(first_[g], first_[g + 1] - first_[g]);
  }

 private:
  std::vector<std::size_t> first_;
  std::vector<NodeOffset> offsets_;
};

}  // namespace vqcodec::entropy
