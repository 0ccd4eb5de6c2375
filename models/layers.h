// models/layers.h: blocks that several models share.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

namespace vqcodec::models {

// sizes[0] inputs, through layers of the sizes between, to sizes.back() outputs without an
// activation. activation: "tanh", "relu" or "none". The first layer flattens what it gets.
torch::nn::Sequential perceptron(const std::vector<std::int64_t>& sizes,
                                 const std::string& activation);

}  // namespace vqcodec::models
