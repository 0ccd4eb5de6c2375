#include "models/codebook_training.h"

#include <numbers>

#include "models/context_model.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kCropsAtATime = 8;

// Latents of every level, (P,C_l), at most `most` vectors each.
std::vector<torch::Tensor> sample_latents(CodecNetworks& networks,
                                          const std::vector<torch::Tensor>& images,
                                          std::int64_t quality, std::int64_t most) {
  std::vector<std::vector<torch::Tensor>> parts(kLevels);
  for (const auto& batch : images) {
    const auto q = torch::full({batch.size(0)}, quality, torch::kInt64);
    const auto levels = networks->analyse(batch, q);
    for (std::size_t l = 0; l < levels.size(); ++l) {
      auto rows = levels[l].permute({0, 2, 3, 1}).flatten(0, 2);  // (P,C)
      const auto total = rows.size(0) * static_cast<std::int64_t>(images.size());
      const auto stride = (total + most - 1) / most;
      parts[l].push_back(rows.slice(0, 0, {}, stride).contiguous());
    }
  }
  std::vector<torch::Tensor> samples;
  for (const auto& part : parts) samples.push_back(torch::cat(part));
  return samples;
}

// What one step squared of each channel costs, in the units of price(). The transform's linear part
// keeps squared errors; of MS-SSIM nothing is known but that training has chosen the gains: where
// rate + distortion w D^2 / 12 is least at a step of D = 1, w is 6 / ln 2 prices of a bit.
torch::Tensor step_costs(const QuantizedCodec& codec, std::int64_t level, std::int64_t quality,
                         codec::Tuning tuning) {
  const auto energy = codec.networks->step_energy(level, quality);
  if (tuning == codec::Tuning::kPsnr) return energy;
  return torch::full_like(energy, 6 / std::numbers::ln2 * codec.price(quality));
}

LevelLayout layout_from(const torch::Tensor& samples, std::int64_t luma, double coarse_range) {
  const auto range = channel_ranges(samples);
  std::vector<bool> fine;
  for (std::int64_t c = 0; c < range.size(0); ++c)
    fine.push_back(range[c].item<double>() > coarse_range);
  return make_layout(slice_channels(luma, range.size(0) - luma), fine);
}

}  // namespace

QuantizedCodec train_codebooks(CodecNetworks networks, Dataset& crops,
                               const CodebookTrainingOptions& options,
                               std::vector<LevelLayout> layouts,
                               const std::function<void(int, int)>& progress) {
  torch::NoGradGuard no_grad;
  auto rng = make_rng(options.seed, 0);
  std::vector<torch::Tensor> images;
  for (std::int64_t i = 0; i < options.crops; i += kCropsAtATime)
    images.push_back(crops.batch(kCropsAtATime, rng).images);
  QuantizedCodec codec{.networks = networks, .quantizers = {}};
  codec.quantizers.resize(kLevels);
  const auto qualities = networks->options().qualities();
  int done = 0;
  for (std::int64_t q = qualities - 1; q >= 0; --q) {  // the finest first: it decides the layouts
    const auto samples = sample_latents(networks, images, q, options.most_vectors);
    for (std::int64_t level = 0; level < kLevels; ++level) {
      const auto l = static_cast<std::size_t>(level);
      if (layouts.size() <= l) {
        const auto luma = networks->options().level_luma(level);
        layouts.push_back(layout_from(samples[l], luma, options.grouping.coarse_range));
      }
      auto grouping = options.grouping;
      grouping.price = codec.price(q) * options.price_factor;
      auto& row = codec.quantizers[l];
      row.insert(row.begin(),
                 train_level_quantizer(samples[l], step_costs(codec, level, q, options.tuning),
                                       layouts[l], grouping));
      if (progress) progress(++done, static_cast<int>(qualities * kLevels));
    }
  }
  return codec;
}

}  // namespace vqcodec::models
