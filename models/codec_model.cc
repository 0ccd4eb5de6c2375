#include "models/codec_model.h"

#include "models/codebook_usage.h"
#include "models/layers.h"
#include "models/ms_ssim.h"

namespace vqcodec::models {

namespace {
constexpr double kLossScale = 0.1;  // brings gradients near one
constexpr double kGainRate = 4;     // gains move over a larger range than weights
constexpr double kLinearRate = 0.3;  // the lapped part starts at a good place
}  // namespace

CodecModel::CodecModel(const CodecOptions& options, codec::Tuning tuning) : tuning_(tuning) {
  networks_ = register_module("networks", CodecNetworks(options));
  lambdas_ = register_buffer("lambdas",
                             torch::tensor(at::ArrayRef<double>(options.lambdas), torch::kFloat32));
  std::int64_t coarser = 0;
  for (std::int64_t level = 0; level < kLevels; ++level) {
    const auto channels = options.level_channels(level);
    const auto luma = options.level_luma(level);
    const ContextOptions context{.channels = channels,
                                 .coarser = coarser,
                                 .slices = slice_channels(luma, channels - luma),
                                 .qualities = options.qualities()};
    contexts_.push_back(register_module("context" + std::to_string(level), ContextModel(context)));
    coarser += channels;
  }
}

void CodecModel::start_from(const torch::Tensor& images) {
  const auto& options = networks_->options();
  networks_->start_from(images);
  torch::NoGradGuard no_grad;
  for (std::int64_t q = 0; q < options.qualities(); ++q) {
    const auto levels = networks_->analyse(images, torch::full({images.size(0)}, q, torch::kInt64));
    for (std::size_t l = 0; l < levels.size(); ++l) contexts_[l]->start_from(levels[l], q);
  }
}

void CodecModel::compute_in(torch::ScalarType type) {
  compute_ = type;
  networks_->compute_in(type);
}

torch::Tensor CodecModel::rate_bits(const std::vector<torch::Tensor>& levels,
                                    const torch::Tensor& quality) {
  const auto coarser = coarser_contexts(levels);
  torch::Tensor total;
  for (std::size_t l = 0; l < levels.size(); ++l) {
    const auto bits = contexts_[l]->bits(levels[l], coarser[l], quality, compute_).sum({1, 2, 3});
    total = total.defined() ? total + bits : bits;
  }
  return total;  // (N)
}

void CodecModel::polish_with(const QuantizedCodec& codec, double price_factor) {
  codec_ = &codec;
  price_factor_ = price_factor;
}

CodecModel::Distortion CodecModel::distortion(const torch::Tensor& restored,
                                              const torch::Tensor& images) const {
  const auto squared = (restored - images).square().mean({1, 2, 3}) * (255.0 * 255.0);
  Distortion result{squared,
                    {{"mse", squared.detach().mean()},
                     {"psnr_db", (10 * torch::log10(65025 / squared.detach())).mean()}}};
  if (tuning_ == codec::Tuning::kMsSsim) {
    const auto lost = 1 - ms_ssim(images, restored);
    result.charged = lost * kSquaredErrorsOfMsSsim;
    result.terms.emplace_back("ms_ssim_db", (-10 * torch::log10(lost.detach())).mean());
  }
  return result;
}

Loss CodecModel::polish_loss(const torch::Tensor& images, const torch::Tensor& quality) {
  std::vector<torch::Tensor> values(kLevels);
  {
    torch::NoGradGuard no_grad;
    const auto levels = networks_->analyse(images, quality);
    for (std::int64_t n = 0; n < images.size(0); ++n) {
      std::vector<torch::Tensor> one;
      for (const auto& y : levels) one.push_back(y.slice(0, n, n + 1));
      last_quality_ = quality[n].item<std::int64_t>();
      last_ = codec_->quantize(one, last_quality_, price_factor_);
      for (std::size_t l = 0; l < last_.size(); ++l)
        values[l] = n == 0 ? last_[l].values : torch::cat({values[l], last_[l].values});
    }
  }
  const auto restored = networks_->synthesise(values, quality);
  const auto lost = distortion(restored, images);
  const auto lambda = lambdas_.index_select(0, quality);
  return {.total = (lambda.sqrt() * lost.charged).mean() * kLossScale, .terms = lost.terms};
}

Loss CodecModel::loss(const Batch& batch, Rng& rng) {
  const auto count = batch.images.size(0);
  const auto pixels = static_cast<double>(batch.images.size(2) * batch.images.size(3));
  const auto qualities = networks_->options().qualities();
  const auto first = draw(rng, qualities);
  const auto quality =
      torch::arange(first, first + count).remainder(qualities).to(batch.images.device());
  if (codec_) return polish_loss(batch.images, quality);
  const auto levels = networks_->analyse(batch.images, quality);
  std::vector<torch::Tensor> noisy, rounded;
  points_.clear();
  for (const auto& y : levels) {
    const auto noise = torch::rand(y.sizes(), rng, y.options().requires_grad(false)) - 0.5;
    noisy.push_back(y + noise);
    points_.push_back(y.detach().round());
    rounded.push_back(y + (points_.back() - y).detach());
  }
  const auto restored = networks_->synthesise(rounded, quality);
  const auto lost = distortion(restored, batch.images);
  const auto rate = rate_bits(noisy, quality) / pixels;  // (N) bpp
  const auto lambda = lambdas_.index_select(0, quality);
  const auto cost = (rate + lambda * lost.charged) / lambda.sqrt();
  Loss loss{.total = cost.mean() * kLossScale, .terms = lost.terms};
  loss.terms.emplace(loss.terms.begin(), "rate_bpp", rate.detach().mean());
  return loss;
}

Health CodecModel::health() const {
  Health health;
  double bits = 0;
  for (std::size_t l = 0; l < last_.size(); ++l) {
    const auto& quantizer = codec_->quantizers[l][static_cast<std::size_t>(last_quality_)];
    CodebookUsage usage(quantizer);
    usage.add(last_[l].codes);
    append_usage(l, usage.figures(), health);
    bits += quantizer.order0_bits(last_[l].codes);
  }
  if (!last_.empty()) {
    const auto cells = last_[0].codes.size(2) * last_[0].codes.size(3);
    const auto pixels = static_cast<double>(cells * kCoarsestStride * kCoarsestStride);
    health.values.emplace_back("order0_bpp", bits / pixels);
  }
  for (std::size_t l = 0; l < points_.size(); ++l)
    append_usage(l, {.perplexity = point_perplexity(points_[l])}, health);
  return health;
}

std::vector<ParameterGroup> CodecModel::parameter_groups() {
  if (codec_) return {{networks_->synthesis_parameters(), 1}};
  ParameterGroup gains{{}, kGainRate}, linear{{}, kLinearRate}, others{{}, 1};
  for (const auto& item : named_parameters()) {
    const bool gain = item.key().find("networks.log_") == 0;
    const bool lap = item.key().find(".lap.") != std::string::npos;
    (gain ? gains : lap ? linear : others).parameters.push_back(item.value());
  }
  return {others, linear, gains};
}

torch::Tensor pad_to_stride(const torch::Tensor& images) {
  return padded_to(images, kCoarsestStride);
}

}  // namespace vqcodec::models
