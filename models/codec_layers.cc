#include "models/codec_layers.h"

#include <cmath>
#include <numbers>

namespace vqcodec::models {
namespace F = torch::nn::functional;

namespace {

torch::Tensor activation(const torch::Tensor& x) { return torch::leaky_relu(x, 0.1); }

torch::Tensor per_channel(const torch::Tensor& table, const torch::Tensor& quality,
                          torch::ScalarType type) {
  return table.index_select(0, quality).to(type).unsqueeze(-1).unsqueeze(-1);  // (N,C,1,1)
}

}  // namespace

torch::Tensor color_dct_basis() {
  const auto float64 = torch::dtype(torch::kFloat64);
  const auto k = torch::arange(8, float64).unsqueeze(1);
  const auto n = torch::arange(8, float64).unsqueeze(0);
  auto dct = torch::cos(std::numbers::pi / 16 * k * (2 * n + 1)) * 0.5;
  dct[0] *= std::sqrt(0.5);
  auto color = torch::tensor({{1., 1., 1.}, {1., 0., -1.}, {1., -2., 1.}}, float64);
  color = color / color.norm(2, 1, /*keepdim=*/true);
  return torch::kron(color, torch::kron(dct, dct)).to(torch::kFloat32);
}

torch::Tensor haar(const torch::Tensor& x) {
  const auto even = x.slice(2, 0, {}, 2), odd = x.slice(2, 1, {}, 2);
  const auto a = even.slice(3, 0, {}, 2), b = even.slice(3, 1, {}, 2);
  const auto c = odd.slice(3, 0, {}, 2), d = odd.slice(3, 1, {}, 2);
  return torch::cat({a + b + c + d, a - b + c - d, a + b - c - d, a - b - c + d}, 1) / 2;
}

torch::Tensor haar_inverse(const torch::Tensor& coefficients) {
  const auto parts = coefficients.chunk(4, 1);
  const auto &l = parts[0], &h = parts[1], &v = parts[2], &d = parts[3];
  const auto quad = torch::stack({l + h + v + d, l - h + v - d, l + h - v - d, l - h - v + d}, 2);
  return torch::pixel_shuffle(quad.flatten(1, 2) / 2, 2);
}

ConvolutionImpl::ConvolutionImpl(std::int64_t inputs, std::int64_t outputs, std::int64_t size,
                                 bool zero)
    : padding_(size / 2) {
  const double bound = 1 / std::sqrt(static_cast<double>(inputs * size * size));
  weight = torch::empty({outputs, inputs, size, size}).uniform_(-bound, bound);
  if (zero) weight.zero_();
  weight = register_parameter("weight", weight.contiguous(torch::MemoryFormat::ChannelsLast));
  bias = register_parameter("bias", torch::zeros({outputs}));
}

torch::Tensor ConvolutionImpl::forward(const torch::Tensor& x) {
  const auto type = x.scalar_type();
  return torch::conv2d(x, weight.to(type), bias.to(type), 1, padding_);
}

ResidualBlockImpl::ResidualBlockImpl(std::int64_t channels, std::int64_t qualities) {
  first_ = register_module("first", Convolution(channels, channels, 3));
  second_ = register_module("second", Convolution(channels, channels, 3, /*zero=*/true));
  scale_ = register_parameter("scale", torch::zeros({qualities, channels}));
  shift_ = register_parameter("shift", torch::zeros({qualities, channels}));
}

torch::Tensor ResidualBlockImpl::forward(const torch::Tensor& x, const torch::Tensor& quality) {
  const auto type = x.scalar_type();
  const auto inner = torch::addcmul(per_channel(shift_, quality, type), first_(activation(x)),
                                    1 + per_channel(scale_, quality, type));
  return x + second_(activation(inner));
}

LappedNetworkImpl::LappedNetworkImpl(std::int64_t channels, std::int64_t hidden,
                                     std::int64_t blocks, std::int64_t qualities)
    : hidden_(hidden) {
  if (hidden > 0) enter_ = register_module("enter", Convolution(channels, hidden, 3));
  lap_ = register_module("lap", Convolution(channels, channels, 3, /*zero=*/true));
  if (hidden == 0) return;
  leave_ = register_module("leave", Convolution(hidden, channels, 3, /*zero=*/true));
  for (std::int64_t i = 0; i < blocks; ++i) blocks_->push_back(ResidualBlock(hidden, qualities));
  register_module("blocks", blocks_);
}

torch::Tensor LappedNetworkImpl::forward(const torch::Tensor& x, const torch::Tensor& quality,
                                         torch::ScalarType compute) {
  const auto input = x.to(compute).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto lapped = lap_(input).to(torch::kFloat32);
  if (hidden_ == 0) return lapped;
  auto h = enter_(input);
  for (const auto& block : *blocks_) h = block->as<ResidualBlock>()->forward(h, quality);
  return lapped + leave_(activation(h)).to(torch::kFloat32);
}

torch::ScalarType fast_type(const torch::Device& device) {
  if (device.is_cuda()) return torch::kBFloat16;
  return __builtin_cpu_supports("avx512bf16") ? torch::kBFloat16 : torch::kFloat32;
}

}  // namespace vqcodec::models
