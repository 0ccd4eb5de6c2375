// entropy/node_probabilities.h: from the features t of a position to the probabilities of a tree.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "entropy/integer_pixelcnn.h"
#include "entropy/kernels.h"
#include "entropy/node_offsets.h"
#include "entropy/range_coder.h"

namespace vqcodec::entropy {

class NodeProbabilities {
 public:
  // Borrows both.
  NodeProbabilities(const IntegerPixelCnn& prior, const Kernels& kernels);

  // Products of the root's weights with the features of many positions, `stride` bytes apart.
  void root_products(const GroupPrior& group, std::span<const std::uint8_t> first_features,
                     int stride, std::span<std::int32_t> products) const;
  // Product of one node's weights with the features of one position.
  std::int32_t product(const GroupPrior& group, int node,
                       std::span<const std::uint8_t> features) const {
    return kernels_.dot(
        features.data(),
        group.node_weights.data() + static_cast<std::size_t>(node) * features.size(),
        static_cast<int>(features.size()));
  }

  // Probability of branch 1 at a node whose product is known. offset: see node_offsets.h.
  Probability one(const GroupPrior& group, int node, std::int32_t product,
                  const NodeOffset& offset) const {
    return prior_.sigmoid_table[sigmoid_step(group, node, product, offset)];
  }

  // The code lengths of all leaves at one position. The result is valid until scratch changes.
  struct Scratch {
    std::vector<std::int32_t> products;       // (nodes)
    std::vector<std::uint32_t> node_lengths;  // (nodes): of the path to it
    std::vector<std::uint32_t> leaf_lengths;  // (leaves), bits / kLengthOne
  };
  std::span<const std::uint32_t> leaf_lengths(const GroupPrior& group,
                                              std::span<const std::uint8_t> features,
                                              std::span<const NodeOffset> offsets,
                                              Scratch& scratch) const;

 private:
  static std::size_t sigmoid_step(const GroupPrior& group, int node, std::int32_t product,
                                  const NodeOffset& offset) {
    constexpr std::int32_t kHalf = kSigmoidSteps / 2;
    const auto index = static_cast<std::size_t>(node);
    const int shift = group.node_shift[index];
    const std::int32_t logit = (product + group.node_bias[index] + (1 << shift >> 1)) >> shift;
    return static_cast<std::size_t>(std::clamp(logit + offset.logit(), -kHalf, kHalf - 1) + kHalf);
  }

  const IntegerPixelCnn& prior_;
  const Kernels& kernels_;
  std::vector<std::array<std::uint32_t, 2>> branch_lengths_;  // (kSigmoidSteps)
};

}  // namespace vqcodec::entropy
