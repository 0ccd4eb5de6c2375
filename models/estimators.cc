#include "models/estimators.h"

#include <algorithm>
#include <cmath>

#include "models/dataset.h"

namespace vqcodec::models {

const char* name_of(EstimateKind kind) {
  switch (kind) {
    case EstimateKind::kExact:
      return "exact";
    case EstimateKind::kLowerBound:
      return "lower bound";
    case EstimateKind::kStochasticLowerBound:
      return "stochastic lower bound";
    case EstimateKind::kUnbounded:
      return "estimate, no bound";
    case EstimateKind::kNotALikelihood:
      return "not a likelihood";
  }
  return "";
}

double Estimate::mean() const { return per_example.mean().item<double>(); }

double Estimate::standard_error() const {
  return per_example.std().item<double>() / std::sqrt(static_cast<double>(per_example.numel()));
}

torch::Tensor importance_bound(const torch::Tensor& log_weights) {
  return log_weights.logsumexp(0) - std::log(static_cast<double>(log_weights.size(0)));
}

Estimate importance_estimate(
    const torch::Tensor& images, std::int64_t samples,
    const std::function<torch::Tensor(const torch::Tensor&)>& log_weights) {
  return importance_estimate(Batch{.images = images, .labels = {}}, samples,
                             [&](const Batch& part) { return log_weights(part.images); });
}

Estimate importance_estimate(const Batch& batch, std::int64_t samples,
                             const std::function<torch::Tensor(const Batch&)>& log_weights) {
  constexpr std::int64_t kDrawsAtATime = 20000;
  const auto at_a_time = std::max<std::int64_t>(1, kDrawsAtATime / samples);
  std::vector<torch::Tensor> parts;
  for (std::int64_t i = 0; i < batch.images.size(0); i += at_a_time)
    parts.push_back(
        importance_bound(log_weights(part_of(batch, i, at_a_time)).to(torch::kFloat64)));
  return {.per_example = torch::cat(parts),
          .kind = samples == 1 ? EstimateKind::kLowerBound : EstimateKind::kStochasticLowerBound,
          .samples = samples,
          .estimator = samples == 1 ? "ELBO, 1 sample"
                                    : "importance weighted, k = " + std::to_string(samples)};
}

}  // namespace vqcodec::models
