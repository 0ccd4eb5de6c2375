#include "models/generative/vq_networks.h"

namespace vqcodec::models {

namespace {

using Conv = torch::nn::Conv2dOptions;

// x + 1x1(relu(3x3(relu(x)))), half as wide between.
class NarrowBlockImpl : public torch::nn::Module {
 public:
  explicit NarrowBlockImpl(std::int64_t channels) {
    const auto narrow = (channels + 1) / 2;
    first_ = register_module("first", same_size(channels, narrow, 3));
    second_ = register_module("second", torch::nn::Conv2d(Conv(narrow, channels, 1)));
  }
  torch::Tensor forward(const torch::Tensor& x) { return x + second_(first_(x.relu()).relu()); }

 private:
  torch::nn::Conv2d first_{nullptr}, second_{nullptr};
};
TORCH_MODULE(NarrowBlock);

void add_blocks(torch::nn::Sequential& layers, const MapNetwork& network) {
  for (std::int64_t b = 0; b < network.blocks; ++b)
    layers->push_back(NarrowBlock(network.channels));
  layers->push_back(torch::nn::ReLU());
}

}  // namespace

torch::nn::Conv2d same_size(std::int64_t inputs, std::int64_t outputs, std::int64_t size) {
  return torch::nn::Conv2d(Conv(inputs, outputs, size).padding(size / 2));
}

torch::nn::Sequential map_encoder(const MapNetwork& network, std::int64_t inputs, std::int64_t h) {
  torch::nn::Sequential layers;
  auto wide = inputs;
  for (std::int64_t i = 0; i < h; ++i) {
    const auto next = i + 1 < h ? (network.channels + 1) / 2 : network.channels;
    layers->push_back(torch::nn::Conv2d(Conv(wide, next, 4).stride(2).padding(1)));
    layers->push_back(torch::nn::ReLU());
    wide = next;
  }
  layers->push_back(same_size(wide, network.channels, 3));
  add_blocks(layers, network);
  return layers;
}

torch::nn::Sequential map_decoder(const MapNetwork& network, std::int64_t inputs,
                                  std::int64_t outputs, std::int64_t h) {
  torch::nn::Sequential layers;
  layers->push_back(same_size(inputs, network.channels, 3));
  add_blocks(layers, network);
  auto wide = network.channels;
  for (std::int64_t i = 0; i < h; ++i) {
    const auto next = i + 1 < h ? (network.channels + 1) / 2 : outputs;
    layers->push_back(torch::nn::ConvTranspose2d(
        torch::nn::ConvTranspose2dOptions(wide, next, 4).stride(2).padding(1)));
    if (i + 1 < h) layers->push_back(torch::nn::ReLU());
    wide = next;
  }
  return layers;
}

// Weights act at each place of a convolution's output, and of a transposed one's input.
double multiply_adds(torch::nn::Sequential& layers, double& stride) {
  double sum = 0;
  for (const auto& layer : *layers) {
    if (const auto* down = layer.ptr()->as<torch::nn::Conv2dImpl>())
      stride *= static_cast<double>(down->options.stride()->at(0));
    for (const auto& parameter : layer.ptr()->parameters())
      if (parameter.dim() == 4) sum += static_cast<double>(parameter.numel()) / (stride * stride);
    if (const auto* up = layer.ptr()->as<torch::nn::ConvTranspose2dImpl>())
      stride /= static_cast<double>(up->options.stride()->at(0));
  }
  return sum;
}

torch::Tensor enlarged(const torch::Tensor& x, std::int64_t times) {
  return times == 1 ? x : x.repeat_interleave(times, 2).repeat_interleave(times, 3);
}

torch::Tensor gathered(const std::vector<torch::Tensor>& maps) {
  std::vector<torch::Tensor> parts;
  for (const auto& map : maps) parts.push_back(enlarged(map, maps.back().size(2) / map.size(2)));
  return torch::cat(parts, 1);
}

}  // namespace vqcodec::models
