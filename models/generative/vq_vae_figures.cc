// models/generative/vq_vae_figures.cc: what tables say of a VqVae: rates of its codes by the priors
// and without them, distortion from all levels and from the coarser ones, use of the codebooks.
#include <cmath>
#include <numbers>

#include "models/codebook_usage.h"
#include "models/generative/vq_vae.h"

namespace vqcodec::models {

// Of each picture, float64.
struct VqVae::Measured {
  std::vector<torch::Tensor> squared_error;  // [known levels - 1] (N), mean over values
  std::vector<torch::Tensor> code_nats;      // [level] (N), of the level's whole map
  torch::Tensor pixel_nats;                  // (N)
  std::vector<torch::Tensor> uses;           // [level] (K)
};

VqVae::Measured VqVae::measured(const Batch& batch) {
  torch::NoGradGuard no_grad;
  constexpr std::int64_t kAtATime = 50;
  const auto count = static_cast<std::size_t>(levels());
  std::vector<std::vector<torch::Tensor>> errors(count), nats(count);
  std::vector<torch::Tensor> pixels;
  Measured found;
  for (std::int64_t l = 0; l < levels(); ++l)
    found.uses.push_back(torch::zeros({codebook(l)->size()}, torch::kInt64));
  for (std::int64_t i = 0; i < batch.images.size(0); i += kAtATime) {
    const auto [x, labels] = part_of(batch, i, kAtATime);
    const auto codes = codes_of(x);
    for (std::size_t l = 0; l < count; ++l) {
      const auto level = static_cast<std::int64_t>(l);
      const auto output = pictures_of(codes, level + 1);
      errors[l].push_back((x - output.clamp(0, 1)).square().flatten(1).mean(1));
      nats[l].push_back(-code_log_prob(codes, level, labels));
      found.uses[l] += torch::bincount(codes[l].flatten(), {}, codebook(level)->size());
      if (l + 1 == count) pixels.push_back(-observation_->around(output).log_prob(x));
    }
  }
  for (std::size_t l = 0; l < count; ++l) {
    found.squared_error.push_back(torch::cat(errors[l]).to(torch::kFloat64));
    found.code_nats.push_back(torch::cat(nats[l]).to(torch::kFloat64));
  }
  found.pixel_nats = torch::cat(pixels).to(torch::kFloat64);
  return found;
}

Estimate VqVae::log_prob(const Batch& batch, const EvaluationOptions& /*options*/, Rng& /*rng*/) {
  const auto found = measured(batch);
  auto nats = found.pixel_nats;
  for (const auto& of_level : found.code_nats) nats = nats + of_level;
  return {.per_example = -nats,
          .kind = EstimateKind::kLowerBound,
          .estimator = "joint probability of pixels and their codes"};
}

std::vector<Figure> VqVae::figures(const Batch& batch, const EvaluationOptions& /*options*/,
                                   Rng& /*rng*/) {
  const auto found = measured(batch);
  auto rate = torch::zeros_like(found.pixel_nats);
  for (const auto& nats : found.code_nats) rate += nats;
  const Estimate bound{.per_example = -(rate + found.pixel_nats),
                       .kind = EstimateKind::kLowerBound,
                       .estimator = "joint probability of pixels and their codes"};
  auto figures = likelihood_figures(bound, shape_.values());
  const auto& error = found.squared_error.back();
  const auto variance = batch.images.var().item<double>();
  const auto bits_a_pixel =
      1 / (std::numbers::ln2 * static_cast<double>(shape_.height * shape_.width));
  const auto most = most_rate_nats();
  const char* by_priors = "codes by the priors";
  figures.push_back(mean_figure("mse", error, "squared error", "values of 0..1, all levels"));
  figures.push_back(mean_figure("mse_over_variance", error / variance, "",
                                "by the variance of this set's values"));
  figures.push_back(mean_figure("rate", rate, "nats", by_priors));
  figures.push_back(mean_figure("rate_bpp", rate * bits_a_pixel, "bits a pixel", by_priors));
  figures.push_back({.name = "fixed_rate_bpp",
                     .value = most * bits_a_pixel,
                     .unit = "bits a pixel",
                     .estimator = "codes of equal length"});
  figures.push_back(
      mean_figure("saving", 100 - rate * (100 / most), "%", "of the rate without a prior"));
  for (std::int64_t l = 0; l < levels(); ++l) {
    const auto i = static_cast<std::size_t>(l);
    const auto number = std::to_string(l);
    const auto places = static_cast<double>(grid(l).values());
    figures.push_back(
        mean_figure("code_nll_" + number, found.code_nats[i] / places, "nats a code", by_priors));
    figures.push_back({.name = "perplexity_" + number,
                       .value = perplexity_of(found.uses[i]),
                       .unit = "codewords",
                       .estimator = "of how often each is used"});
    if (l + 1 < levels())
      figures.push_back(mean_figure("mse_to_" + number, found.squared_error[i], "squared error",
                                    "values of 0..1, finer levels hidden"));
  }
  return figures;
}

}  // namespace vqcodec::models
