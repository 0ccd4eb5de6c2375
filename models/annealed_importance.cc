#include "models/annealed_importance.h"

#include <cmath>

namespace vqcodec::models {

LogPartition anneal(const AnnealingPath& path, const AnnealingOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  auto v = path.draw_base(options.chains, rng);
  auto log_weights = torch::full({options.chains}, path.log_partition_of_base, torch::kFloat64);
  for (std::int64_t t = 1; t <= options.temperatures; ++t) {
    const auto steps = static_cast<double>(options.temperatures);
    const double before = static_cast<double>(t - 1) / steps, beta = static_cast<double>(t) / steps;
    log_weights += (path.energy(v, before) - path.energy(v, beta)).to(torch::kFloat64);
    if (t < options.temperatures) v = path.sweep(v, beta, rng);
  }
  const double count = static_cast<double>(options.chains);
  const double value = log_weights.logsumexp(0).item<double>() - std::log(count);
  const auto relative = (log_weights - value).exp();  // of mean 1
  return {.log_weights = log_weights,
          .value = value,
          .standard_error = relative.std().item<double>() / std::sqrt(count)};
}

}  // namespace vqcodec::models
