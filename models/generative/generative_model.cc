#include "models/generative/generative_model.h"

#include <cmath>
#include <numbers>

#include "entropy/error.h"

namespace vqcodec::models {

namespace {

[[noreturn]] void refuse(const char* what) {
  throw Error(ErrorKind::kUsage, "this model does not ", what);
}

}  // namespace

Figure mean_figure(const std::string& name, const torch::Tensor& per_example,
                   const std::string& unit, const std::string& estimator) {
  const auto values = per_example.to(torch::kFloat64);
  const auto n = static_cast<double>(values.numel());
  return {.name = name,
          .value = values.mean().item<double>(),
          .standard_error = n > 1 ? values.std().item<double>() / std::sqrt(n) : 0,
          .unit = unit,
          .estimator = estimator};
}

std::vector<Figure> likelihood_figures(const Estimate& estimate, std::int64_t dimensions) {
  const auto estimator = estimate.estimator + " (" + name_of(estimate.kind) + ")";
  const auto nll = mean_figure("nll", -estimate.per_example, "nats", estimator);
  if (estimate.kind == EstimateKind::kNotALikelihood) return {nll};
  auto bits = nll;
  const auto to_bits = 1 / (static_cast<double>(dimensions) * std::numbers::ln2);  // a dimension
  bits.name = "nll_per_dimension";
  bits.value *= to_bits;
  bits.standard_error *= to_bits;
  bits.unit = "bits";
  return {nll, bits};
}

torch::Tensor GenerativeModel::sample(std::int64_t /*n*/, const SampleOptions& /*options*/,
                                      Rng& /*rng*/) {
  refuse("draw pictures");
}

torch::Tensor GenerativeModel::reconstruct(const Batch& /*batch*/, Rng& /*rng*/) {
  refuse("reconstruct pictures");
}

Estimate GenerativeModel::log_prob(const Batch& /*batch*/, const EvaluationOptions& /*options*/,
                                   Rng& /*rng*/) {
  refuse("give likelihoods");
}

std::vector<Figure> GenerativeModel::figures(const Batch& batch, const EvaluationOptions& options,
                                             Rng& rng) {
  return likelihood_figures(log_prob(batch, options, rng), batch.images[0].numel());
}

std::string GenerativeModel::text_of(const torch::Tensor& /*event*/) const { refuse("write text"); }

torch::Tensor GenerativeModel::decode(const torch::Tensor& /*latents*/) {
  refuse("decode latents");
}

}  // namespace vqcodec::models
