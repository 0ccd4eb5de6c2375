#include "models/annealed_importance.h"

#include <cmath>

namespace vqcodec::models {

namespace {

// sign 1: log mean w; sign -1: -log mean 1/w.
LogPartition mean_of(const torch::Tensor& log_weights, double sign) {
  const auto count = static_cast<double>(log_weights.numel());
  const auto signed_weights = sign * log_weights;
  const double value = signed_weights.logsumexp(0).item<double>() - std::log(count);
  const auto relative = (signed_weights - value).exp();  // of mean 1
  return {.log_weights = log_weights,
          .value = sign * value,
          .standard_error = relative.std().item<double>() / std::sqrt(count)};
}

double share(std::int64_t t, std::int64_t temperatures) {
  return static_cast<double>(t) / static_cast<double>(temperatures);
}

}  // namespace

LogPartition anneal(const AnnealingPath& path, const AnnealingOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto last = options.temperatures;
  auto v = path.draw_base(options.chains, rng);
  auto log_weights = torch::full({options.chains}, path.log_partition_of_base, torch::kFloat64);
  for (std::int64_t t = 1; t <= last; ++t) {
    const double before = share(t - 1, last), beta = share(t, last);
    log_weights += (path.energy(v, before) - path.energy(v, beta)).to(torch::kFloat64);
    if (t < last) v = path.sweep(v, beta, rng);
  }
  return mean_of(log_weights, 1);
}

LogPartition anneal_back(const AnnealingPath& path, std::int64_t temperatures, torch::Tensor draws,
                         Rng& rng) {
  torch::NoGradGuard no_grad;
  auto v = std::move(draws);
  auto log_weights = torch::full({v.size(0)}, path.log_partition_of_base, torch::kFloat64);
  for (std::int64_t t = temperatures; t >= 1; --t) {
    const double before = share(t - 1, temperatures), beta = share(t, temperatures);
    log_weights += (path.energy(v, before) - path.energy(v, beta)).to(torch::kFloat64);
    if (t > 1) v = path.sweep(v, before, rng);
  }
  return mean_of(log_weights, -1);
}

}  // namespace vqcodec::models
