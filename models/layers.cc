#include "models/layers.h"

namespace vqcodec::models {

torch::nn::Sequential perceptron(const std::vector<std::int64_t>& sizes,
                                 const std::string& activation) {
  torch::nn::Sequential layers;
  layers->push_back(torch::nn::Flatten());
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    torch::nn::Linear layer(sizes[i], sizes[i + 1]);
    torch::nn::init::xavier_uniform_(layer->weight);
    torch::nn::init::zeros_(layer->bias);
    layers->push_back(layer);
    if (i + 2 == sizes.size()) break;
    if (activation == "tanh") layers->push_back(torch::nn::Tanh());
    if (activation == "relu") layers->push_back(torch::nn::ReLU());
  }
  return layers;
}

}  // namespace vqcodec::models
