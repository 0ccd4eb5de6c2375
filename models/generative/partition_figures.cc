#include "models/generative/partition_figures.h"

namespace vqcodec::models {

Estimate estimate_under(const Partition& partition, const torch::Tensor& images,
                        std::int64_t samples,
                        const std::function<torch::Tensor(const torch::Tensor&)>& log_weights) {
  torch::NoGradGuard no_grad;
  auto estimate = importance_estimate(images, samples, [&](const torch::Tensor& x) {
    return log_weights(x).to(torch::kFloat64) - partition.value;
  });
  if (!partition.exact) estimate.kind = EstimateKind::kUnbounded;
  estimate.estimator += ", " + partition.estimator;
  return estimate;
}

std::vector<Figure> figures_with_bound(const std::function<Estimate(std::int64_t)>& estimate,
                                       std::int64_t samples, std::int64_t values) {
  auto figures = likelihood_figures(estimate(samples), values);
  figures.push_back(likelihood_figures(estimate(1), 1).front());
  figures.back().name = "negative_elbo";
  return figures;
}

std::vector<Figure> partition_figures(const Partition& partition, const AnnealingPath& path,
                                      std::int64_t temperatures, const torch::Tensor& draws,
                                      Rng& rng) {
  const auto back = anneal_back(path, temperatures, draws, rng);
  return {{.name = "log_partition",
           .value = partition.value,
           .standard_error = partition.standard_error,
           .unit = "nats",
           .estimator = "annealed importance sampling: low in the mean"},
          {.name = "log_partition_reverse",
           .value = back.value,
           .standard_error = back.standard_error,
           .unit = "nats",
           .estimator = "annealed back from the model's chains: high in the mean"}};
}

}  // namespace vqcodec::models
