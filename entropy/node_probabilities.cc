#include "entropy/node_probabilities.h"

#include "entropy/ideal_length.h"

namespace vqcodec::entropy {

NodeProbabilities::NodeProbabilities(const IntegerPixelCnn& prior, const Kernels& kernels)
    : prior_(prior), kernels_(kernels) {
  constexpr int kUnits = 64 - kProbabilityBits;
  for (const std::uint64_t one : prior.sigmoid_table) {
    const std::uint64_t zero = (std::uint64_t{1} << kProbabilityBits) - one;
    branch_lengths_.push_back({length_of(zero << kUnits), length_of(one << kUnits)});
  }
}

void NodeProbabilities::root_products(const GroupPrior& group,
                                      std::span<const std::uint8_t> first_features, int stride,
                                      std::span<std::int32_t> products) const {
  kernels_.dots({.activations = first_features.data(),
                 .activation_stride = stride,
                 .weights = group.node_weights.data(),
                 .weight_stride = 0,
                 .length = static_cast<int>(first_features.size()),
                 .count = static_cast<int>(products.size()),
                 .out = products.data()});
}

std::span<const std::uint32_t> NodeProbabilities::leaf_lengths(
    const GroupPrior& group, std::span<const std::uint8_t> features,
    std::span<const NodeOffset> offsets, Scratch& scratch) const {
  const auto nodes = static_cast<std::size_t>(group.codewords);
  const int length = static_cast<int>(features.size());
  scratch.products.resize(nodes);
  scratch.node_lengths.assign(nodes, 0);
  scratch.leaf_lengths.resize(nodes + 1);
  kernels_.dots({.activations = features.data(),
                 .activation_stride = 0,
                 .weights = group.node_weights.data(),
                 .weight_stride = length,
                 .length = length,
                 .count = group.codewords,
                 .out = scratch.products.data()});
  // Parents are numbered before their children.
  for (int node = 0; node < group.codewords; ++node) {
    const auto index = static_cast<std::size_t>(node);
    const auto& lengths =
        branch_lengths_[sigmoid_step(group, node, scratch.products[index], offsets[index])];
    for (const bool branch : {false, true}) {
      const int child = group.tree.child(node, branch);
      const std::uint32_t sum = scratch.node_lengths[index] + lengths[branch ? 1 : 0];
      if (child < 0) {
        scratch.leaf_lengths[static_cast<std::size_t>(~child)] = sum;
      } else {
        scratch.node_lengths[static_cast<std::size_t>(child)] = sum;
      }
    }
  }
  return scratch.leaf_lengths;
}

}  // namespace vqcodec::entropy
