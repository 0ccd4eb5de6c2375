#include "models/layers.h"

#include <algorithm>

#include "entropy/error.h"

namespace vqcodec::models {

namespace {

void push_activation(torch::nn::Sequential& layers, const std::string& activation) {
  if (activation == "tanh") layers->push_back(torch::nn::Tanh());
  if (activation == "relu") layers->push_back(torch::nn::ReLU());
}

template <typename Layer>
Layer initialized(Layer layer) {
  torch::nn::init::xavier_uniform_(layer->weight);
  torch::nn::init::zeros_(layer->bias);
  return layer;
}

// Shape after `halvings` convolutions of stride 2.
PictureShape halved(const PictureShape& shape, std::size_t halvings, std::int64_t channels) {
  const auto stride = std::int64_t{1} << halvings;
  if (shape.height % stride != 0 || shape.width % stride != 0)
    throw Error(ErrorKind::kUsage, "convolutions: ", halvings, " halvings of pictures of ",
                shape.width, "x", shape.height, ", expected sides that are multiples of ", stride,
                "; give fewer --hidden layers");
  return {channels, shape.height / stride, shape.width / stride};
}

}  // namespace

torch::Tensor padded_to(const torch::Tensor& images, std::int64_t stride) {
  namespace F = torch::nn::functional;
  const auto missing = [&](std::int64_t n) { return (stride - n % stride) % stride; };
  return F::pad(images, F::PadFuncOptions({0, missing(images.size(3)), 0, missing(images.size(2))})
                            .mode(torch::kReplicate));
}

torch::nn::Sequential perceptron(const std::vector<std::int64_t>& sizes,
                                 const std::string& activation) {
  torch::nn::Sequential layers;
  layers->push_back(torch::nn::Flatten());
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    layers->push_back(initialized(torch::nn::Linear(sizes[i], sizes[i + 1])));
    if (i + 2 < sizes.size()) push_activation(layers, activation);
  }
  return layers;
}

torch::Tensor activated(const torch::Tensor& x, const std::string& activation) {
  return activation == "tanh" ? x.tanh() : activation == "relu" ? x.relu() : x;
}

torch::nn::Sequential encoder_network(const CodingNetwork& network, const PictureShape& shape,
                                      std::int64_t outputs) {
  const auto& hidden = network.hidden;
  if (network.kind == "perceptron") {
    std::vector<std::int64_t> sizes = {shape.values()};
    sizes.insert(sizes.end(), hidden.begin(), hidden.end());
    sizes.push_back(outputs);
    return perceptron(sizes, network.activation);
  }
  const auto coarse = halved(shape, hidden.size(), hidden.empty() ? shape.channels : hidden.back());
  torch::nn::Sequential layers;
  auto channels = shape.channels;
  for (const auto next : hidden) {
    layers->push_back(initialized(
        torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, next, 4).stride(2).padding(1))));
    push_activation(layers, network.activation);
    channels = next;
  }
  layers->push_back(torch::nn::Flatten());
  layers->push_back(initialized(torch::nn::Linear(coarse.values(), outputs)));
  return layers;
}

torch::nn::Sequential decoder_network(const CodingNetwork& network, std::int64_t inputs,
                                      const PictureShape& shape) {
  std::vector<std::int64_t> reversed(network.hidden.rbegin(), network.hidden.rend());
  if (network.kind == "perceptron") {
    reversed.insert(reversed.begin(), inputs);
    reversed.push_back(shape.values());
    return perceptron(reversed, network.activation);
  }
  const auto coarse =
      halved(shape, reversed.size(), reversed.empty() ? shape.channels : reversed.front());
  torch::nn::Sequential layers;
  layers->push_back(initialized(torch::nn::Linear(inputs, coarse.values())));
  layers->push_back(torch::nn::Unflatten(torch::nn::UnflattenOptions(
      1, std::vector<std::int64_t>{coarse.channels, coarse.height, coarse.width})));
  for (std::size_t i = 0; i < reversed.size(); ++i) {
    push_activation(layers, network.activation);
    const auto next = i + 1 < reversed.size() ? reversed[i + 1] : shape.channels;
    layers->push_back(initialized(torch::nn::ConvTranspose2d(
        torch::nn::ConvTranspose2dOptions(reversed[i], next, 4).stride(2).padding(1))));
  }
  return layers;
}

LabelledPerceptronImpl::LabelledPerceptronImpl(const std::vector<std::int64_t>& sizes,
                                               const std::string& activation, std::int64_t classes)
    : activation_(activation), one_layer_(sizes.size() == 2) {
  first_ = register_module("first", perceptron({sizes[0], sizes[1]}, activation));
  if (!one_layer_)
    rest_ = register_module("rest", perceptron({sizes.begin() + 1, sizes.end()}, activation));
  label_weight_ = register_parameter("label_weight", torch::zeros({classes, sizes[1]}));
}

torch::Tensor LabelledPerceptronImpl::forward(const torch::Tensor& x, const torch::Tensor& labels) {
  const auto h = first_->forward(x) + torch::matmul(labels, label_weight_);
  return one_layer_ ? h : rest_->forward(activated(h, activation_));
}

}  // namespace vqcodec::models
