#include "models/parallel_tempering.h"

namespace vqcodec::models {

torch::Tensor tempered_sweep(const AnnealingPath& path, const torch::Tensor& rungs, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto count = rungs.size(0);
  const auto beta = [count](std::int64_t r) {
    return static_cast<double>(r) / static_cast<double>(count - 1);
  };
  std::vector<torch::Tensor> v;
  for (std::int64_t r = 0; r < count; ++r)
    v.push_back(r == 0 ? path.draw_base(rungs.size(1), rng) : path.sweep(rungs[r], beta(r), rng));
  for (std::int64_t r = count - 1; r > 0; --r) {
    auto& hot = v[static_cast<std::size_t>(r - 1)];
    auto& cold = v[static_cast<std::size_t>(r)];
    // Metropolis: the ratio of both states' probabilities after and before.
    const auto log_ratio = path.energy(hot, beta(r - 1)) + path.energy(cold, beta(r)) -
                           path.energy(cold, beta(r - 1)) - path.energy(hot, beta(r));
    const auto uniform = torch::rand(log_ratio.sizes(), rng, log_ratio.options());
    const auto exchange = (uniform.log() < log_ratio).unsqueeze(1);
    const auto colder = torch::where(exchange, hot, cold);
    hot = torch::where(exchange, cold, hot);
    cold = colder;
  }
  return torch::stack(v);
}

}  // namespace vqcodec::models
