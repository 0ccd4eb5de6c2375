#include "models/context_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vqcodec::models {

torch::Tensor squash(const torch::Tensor& x) {
  constexpr double kLimit = 64 * kActivationUnit;
  return (torch::sign(x) * torch::log1p(x.abs()) * (kSquashScale * kActivationUnit))
      .clamp(-kLimit, kLimit - kActivationUnit);
}

torch::Tensor saturate(const torch::Tensor& x) { return x.clamp(0, 127 * kActivationUnit); }

CausalConvolutionImpl::CausalConvolutionImpl(std::int64_t inputs, std::int64_t outputs,
                                             std::int64_t rows, std::int64_t columns,
                                             bool with_centre) {
  mask = torch::ones({1, 1, rows, columns});
  mask[0][0][rows - 1].slice(0, columns / 2 + (with_centre ? 1 : 0)).zero_();
  mask = register_buffer("mask", mask);
  const double bound = 1 / std::sqrt(static_cast<double>(inputs) * mask.sum().item<double>());
  weight = torch::empty({outputs, inputs, rows, columns}).uniform_(-bound, bound);
  weight = register_parameter("weight", weight.contiguous(torch::MemoryFormat::ChannelsLast));
}

torch::Tensor CausalConvolutionImpl::forward(const torch::Tensor& x) {
  const auto rows = weight.size(2), columns = weight.size(3);
  const auto padded = torch::constant_pad_nd(x, {columns / 2, columns / 2, rows - 1, 0});
  return torch::conv2d(padded, (weight * mask).to(x.scalar_type()));
}

std::vector<std::int64_t> slice_channels(std::int64_t luma, std::int64_t chroma) {
  std::vector<std::int64_t> slices;
  for (const auto channels : {luma, chroma}) {
    const auto first = std::max<std::int64_t>(1, channels / 8);
    const auto second = std::max<std::int64_t>(1, channels / 4);
    for (const auto count : {first, second, channels - first - second})
      if (count > 0) slices.push_back(count);
  }
  return slices;
}

ContextModelImpl::ContextModelImpl(const ContextOptions& options) : options_(options) {
  const auto hidden = options.hidden;
  near = register_module("near", CausalConvolution(options.channels, hidden, 3, 5, false));
  mix = register_module("mix", CausalConvolution(hidden, hidden, 2, 3, true));
  mean_ = register_module("mean", CausalConvolution(1, options.channels, 2, 3, false));
  torch::NoGradGuard no_grad;
  mean_->weight.zero_();
  if (options.coarser > 0)
    above = register_module("above", Convolution(options.coarser, hidden, 3));
  bias = register_parameter("bias", torch::full({options.qualities, hidden}, 0.5));
  log_scale_ = register_parameter("log_scale", torch::zeros({options.qualities, options.channels}));
  std::int64_t done = 0;
  for (const auto count : options.slices) {
    slices->push_back(Convolution(hidden + done, options.features, 1));
    outputs_->push_back(Convolution(options.features, 2 * count, 1, /*zero=*/true));
    done += count;
  }
  register_module("slices", slices);
  register_module("outputs", outputs_);
}

torch::Tensor ContextModelImpl::bits(const torch::Tensor& latents, const torch::Tensor& coarser,
                                     const torch::Tensor& quality, torch::ScalarType compute) {
  const auto z = squash(latents).to(compute).contiguous(torch::MemoryFormat::ChannelsLast);
  auto h = near(z) + bias.index_select(0, quality).to(compute).unsqueeze(-1).unsqueeze(-1);
  if (above) h = h + above(coarser.to(compute).contiguous(torch::MemoryFormat::ChannelsLast));
  h = saturate(mix(saturate(h)));
  std::vector<torch::Tensor> means, scales;
  std::int64_t done = 0;
  for (std::size_t s = 0; s < options_.slices.size(); ++s) {
    const auto count = options_.slices[s];
    const auto seen = done > 0 ? torch::cat({h, z.slice(1, 0, done)}, 1) : h;
    const auto features = saturate(slices[s]->as<Convolution>()->forward(seen));
    const auto both = outputs_[s]->as<Convolution>()->forward(features).to(torch::kFloat32);
    means.push_back(both.slice(1, 0, count));
    scales.push_back(both.slice(1, count));
    done += count;
  }
  const auto padded = torch::constant_pad_nd(latents, {1, 1, 1, 0});
  const auto mean = torch::conv2d(padded, mean_->weight * mean_->mask, /*bias=*/{},
                                  /*stride=*/at::IntArrayRef{1}, /*padding=*/at::IntArrayRef{0},
                                  /*dilation=*/at::IntArrayRef{1}, options_.channels) +
                    torch::cat(means, 1);
  const auto log_scale =
      torch::cat(scales, 1) + log_scale_.index_select(0, quality).unsqueeze(-1).unsqueeze(-1);
  return logistic_bits(latents, mean, log_scale);
}

void ContextModelImpl::start_from(const torch::Tensor& latents, std::int64_t quality) {
  torch::NoGradGuard no_grad;
  log_scale_[quality].copy_(torch::log((latents.abs().mean({0, 2, 3}) + 0.05) * 1.4));
}

torch::Tensor logistic_bits(const torch::Tensor& x, const torch::Tensor& mean,
                            const torch::Tensor& log_scale) {
  const auto inverse = torch::exp(-log_scale.clamp(-5, 6)) * 2;
  const auto distance = (x - mean).abs();
  const auto mass = torch::log_sigmoid((0.5 - distance) * inverse) +
                    torch::log_sigmoid((0.5 + distance) * inverse) +
                    torch::log(-torch::expm1(-inverse));
  return mass * (-1 / std::numbers::ln2);
}

std::vector<torch::Tensor> coarser_contexts(const std::vector<torch::Tensor>& levels) {
  std::vector<torch::Tensor> contexts(1);
  torch::Tensor seen;
  for (std::size_t l = 0; l + 1 < levels.size(); ++l) {
    const auto own = squash(levels[l]);
    const auto all = seen.defined() ? torch::cat({seen, own}, 1) : own;
    seen = all.repeat_interleave(2, 2).repeat_interleave(2, 3);
    contexts.push_back(seen);
  }
  return contexts;
}

}  // namespace vqcodec::models
