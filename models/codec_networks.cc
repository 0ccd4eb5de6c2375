#include "models/codec_networks.h"

#include <cmath>
#include <numbers>

namespace vqcodec::models {

namespace {

// The level's channels before they are put in order, for what every level-2-grid channel carries.
std::vector<torch::Tensor> split_levels(const torch::Tensor& y, std::int64_t pyramid) {
  const auto middle = haar(y.slice(1, 0, pyramid));       // (N,4P,H/2,W/2)
  const auto coarse = haar(middle.slice(1, 0, pyramid));  // (N,4P,H/4,W/4)
  return {coarse, middle.slice(1, pyramid), y.slice(1, pyramid)};
}

torch::Tensor join_levels(const std::vector<torch::Tensor>& levels) {
  const auto low = haar_inverse(levels[0]);
  return torch::cat({haar_inverse(torch::cat({low, levels[1]}, 1)), levels[2]}, 1);
}

}  // namespace

double high_rate_step(double lambda) {
  const double distortion = 3 / (2 * std::numbers::ln2 * lambda);
  return std::sqrt(12 * distortion) / 255;
}

CodecNetworksImpl::CodecNetworksImpl(const CodecOptions& options) : options_(options) {
  basis_ = register_buffer("basis", color_dct_basis());
  deviation_ = register_buffer("deviation", torch::ones({1, kChannels, 1, 1}));
  for (std::int64_t level = 0; level < kLevels; ++level) {
    const auto identity = torch::arange(options.level_channels(level));
    order_.push_back(register_buffer("order" + std::to_string(level), identity.clone()));
    back_.push_back(register_buffer("back" + std::to_string(level), identity.clone()));
  }
  auto start = torch::empty({options.qualities(), kChannels});
  for (std::int64_t q = 0; q < options.qualities(); ++q)
    start[q].fill_(-std::log(high_rate_step(options.lambdas[static_cast<std::size_t>(q)])));
  log_gain_ = register_parameter("log_gain", start);
  log_restore_ = register_parameter("log_restore", torch::zeros({options.qualities(), kChannels}));
  analysis_ = register_module(
      "analysis", LappedNetwork(kChannels, options.hidden, options.blocks, options.qualities()));
  synthesis_ = register_module(
      "synthesis", LappedNetwork(kChannels, options.hidden, options.blocks, options.qualities()));
}

void CodecNetworksImpl::start_from(const torch::Tensor& images) {
  torch::NoGradGuard no_grad;
  const auto blocks = torch::pixel_unshuffle(images - 0.5, kBlock);
  const auto spectrum = torch::einsum("oc,nchw->nohw", {color_dct_basis(), blocks});
  const auto variance = spectrum.var({0, 2, 3}, /*unbiased=*/false);
  const auto luma = variance.slice(0, 0, kBlock * kBlock).argsort(0, /*descending=*/true);
  const auto chroma = variance.slice(0, kBlock * kBlock).argsort(0, true) + kBlock * kBlock;
  const auto l = options_.pyramid_luma, c = options_.pyramid_chroma;
  const auto rows = torch::cat(
      {luma.slice(0, 0, l), chroma.slice(0, 0, c), luma.slice(0, l), chroma.slice(0, c)});
  basis_.copy_(color_dct_basis().index_select(0, rows));
  deviation_.copy_(variance.index_select(0, rows).sqrt().clamp_min(0.002).view({1, -1, 1, 1}));
  const auto levels = split_levels(spectrum.index_select(1, rows), options_.pyramid());
  for (std::int64_t level = 0; level < kLevels; ++level) {
    const auto i = static_cast<std::size_t>(level);
    auto key = levels[i].var({0, 2, 3}, false);
    const auto band = level == 2 ? kChannels / 3 - l : l;  // luma channels at the start of a band
    const auto channel = torch::arange(key.size(0)).remainder(level == 2 ? key.size(0) : l + c);
    key = key / key.max() + channel.lt(band).to(torch::kFloat32) * 2;  // luma before chroma
    order_[i].copy_(key.argsort(0, true));
    back_[i].copy_(order_[i].argsort());
  }
}

std::vector<torch::Tensor> CodecNetworksImpl::analyse(const torch::Tensor& images,
                                                      const torch::Tensor& quality,
                                                      const torch::Tensor& active) {
  const auto kernel = basis_.view({kChannels, kChannels, 1, 1});
  const auto normal =
      torch::conv2d(torch::pixel_unshuffle(images - 0.5, kBlock), kernel) / deviation_;
  const auto latents = normal + network_output(analysis_, normal, quality, active);
  const auto gain = (log_gain_.index_select(0, quality).exp()).unsqueeze(-1).unsqueeze(-1);
  auto levels = split_levels(latents * (deviation_ * gain), options_.pyramid());
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = levels[i].index_select(1, order_[i]);
  return levels;
}

torch::Tensor CodecNetworksImpl::synthesise(const std::vector<torch::Tensor>& levels,
                                            const torch::Tensor& quality,
                                            const torch::Tensor& active) {
  std::vector<torch::Tensor> natural;
  for (std::size_t i = 0; i < levels.size(); ++i)
    natural.push_back(levels[i].index_select(1, back_[i]));
  const auto gain = log_gain_.index_select(0, quality).unsqueeze(-1).unsqueeze(-1);
  auto restore = log_restore_.index_select(0, quality).unsqueeze(-1).unsqueeze(-1);
  if (active.defined()) restore = restore * active;
  const auto normal = join_levels(natural) * ((restore - gain).exp() / deviation_);
  const auto spectrum = (normal + network_output(synthesis_, normal, quality, active)) * deviation_;
  const auto kernel = basis_.t().contiguous().view({kChannels, kChannels, 1, 1});
  return torch::pixel_shuffle(torch::conv2d(spectrum, kernel), kBlock) + 0.5;
}

torch::Tensor CodecNetworksImpl::network_output(LappedNetwork& network, const torch::Tensor& normal,
                                                const torch::Tensor& quality,
                                                const torch::Tensor& active) const {
  if (!active.defined()) return kNetworkScale * network(normal, quality, compute_);
  if (!active.any().item<bool>()) return torch::zeros_like(normal);
  return kNetworkScale * active * network(normal * active, quality, compute_);
}

torch::Tensor CodecNetworksImpl::step_energy(std::int64_t level, std::int64_t quality) const {
  const auto step = (log_restore_[quality] - log_gain_[quality]).exp() * 255;
  const auto coarse = step.slice(0, 0, options_.pyramid());
  const auto natural =
      level == 2 ? step.slice(0, options_.pyramid()) : coarse.repeat({level == 1 ? 3 : 4});
  return natural.square().index_select(0, order_[static_cast<std::size_t>(level)]).detach();
}

std::vector<torch::Tensor> CodecNetworksImpl::synthesis_parameters() {
  auto parameters = synthesis_->parameters();
  parameters.push_back(log_restore_);
  return parameters;
}

}  // namespace vqcodec::models
