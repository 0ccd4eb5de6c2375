// models/layers.h: blocks that several models share.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "models/image_sets.h"

namespace vqcodec::models {

// sizes[0] inputs, through layers of the sizes between, to sizes.back() outputs without an
// activation. activation: "tanh", "relu" or "none". The first layer flattens what it gets.
torch::nn::Sequential perceptron(const std::vector<std::int64_t>& sizes,
                                 const std::string& activation);
// The activation of that name; "none" is the identity.
torch::Tensor activated(const torch::Tensor& x, const std::string& activation);

// Sides extended to multiples of `stride` by repeating the edge. (N,C,H,W).
torch::Tensor padded_to(const torch::Tensor& images, std::int64_t stride);

// From pictures to vectors and back.
struct CodingNetwork {
  std::string kind = "perceptron";   // or "convolution"
  std::vector<std::int64_t> hidden;  // the encoder's units, or channels at strides 2, 4, ...
  std::string activation;
};
// (N,C,H,W) to (N,outputs). Throws Error(kUsage) where the sides cannot be halved so often.
torch::nn::Sequential encoder_network(const CodingNetwork& network, const PictureShape& shape,
                                      std::int64_t outputs);
// (N,inputs) to (N,C H W) or (N,C,H,W), with the encoder's layers in reverse.
torch::nn::Sequential decoder_network(const CodingNetwork& network, std::int64_t inputs,
                                      const PictureShape& shape);

// A perceptron whose first layer sees a label as well, through weights that start at zero: at first
// it is the perceptron without.
class LabelledPerceptronImpl : public torch::nn::Module {
 public:
  LabelledPerceptronImpl(const std::vector<std::int64_t>& sizes, const std::string& activation,
                         std::int64_t classes);
  // x: (N,...); labels: (N,classes), one-hot or probabilities.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& labels);

 private:
  std::string activation_;
  bool one_layer_;
  torch::nn::Sequential first_{nullptr}, rest_{nullptr};
  torch::Tensor label_weight_;  // (classes,units)
};
TORCH_MODULE(LabelledPerceptron);

}  // namespace vqcodec::models
