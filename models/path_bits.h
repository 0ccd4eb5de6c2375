// models/path_bits.h: what a code costs along its path through a group's tree.
//
// A path has a dozen nodes where the tree has 255: only those are computed, values and gradients in
// one pass over the positions. On other devices than the CPU, and for the lengths of all leaves,
// PriorNetwork computes every node.
#pragma once

#include <torch/torch.h>

#include "entropy/code_tree.h"

namespace vqcodec::models {

struct PathBitsInput {
  torch::Tensor features;      // (P,F): before the activation
  torch::Tensor node_weights;  // (nodes,F) float32
  torch::Tensor node_bias;     // (nodes) float32
  torch::Tensor leaves;        // (P) int64
};

// -log2 of the leaves' probabilities, summed: a scalar float32 with gradients to features, weights
// and biases. Activations saturate as in context_model.h, and round to whole units where told to,
// with straight-through gradients.
torch::Tensor path_bits(const PathBitsInput& input, const entropy::CodeTree& tree, bool rounded);

}  // namespace vqcodec::models
