#include "models/k_means.h"

namespace vqcodec::models {

torch::Tensor squared_distances(const torch::Tensor& points, const torch::Tensor& centres) {
  std::vector<torch::Tensor> columns;  // by difference: the expanded square loses small distances
  for (const auto& centre : centres.unbind(0)) columns.push_back((points - centre).square().sum(1));
  return torch::stack(columns, 1);
}

torch::Tensor nearest_centres(const torch::Tensor& points, const torch::Tensor& centres) {
  return squared_distances(points, centres).argmin(1);
}

torch::Tensor seed_centres(const torch::Tensor& points, const torch::Tensor& weights,
                           std::int64_t count, Rng& rng) {
  constexpr double kTiny = 1e-30;  // where fewer points than centres differ, any will do
  auto chance = weights;
  auto nearest = torch::full_like(weights, std::numeric_limits<double>::infinity());
  std::vector<torch::Tensor> centres;
  while (static_cast<std::int64_t>(centres.size()) < count) {
    const auto chosen = torch::multinomial(chance, 1, /*replacement=*/true, rng);
    centres.push_back(points.index_select(0, chosen));
    nearest = torch::minimum(nearest, squared_distances(points, centres.back()).squeeze(1));
    chance = (weights * nearest).clamp_min(kTiny);
  }
  return torch::cat(centres);
}

torch::Tensor lloyd_step(const torch::Tensor& points, const torch::Tensor& weights,
                         const torch::Tensor& centres) {
  const auto nearest = nearest_centres(points, centres);
  const auto share =
      torch::one_hot(nearest, centres.size(0)).to(points.scalar_type()) * weights.unsqueeze(1);
  const auto counts = share.sum(0).unsqueeze(1);  // (K,1)
  const auto means = torch::matmul(share.t(), points) / counts;
  return torch::where(counts > 0, means, centres);
}

}  // namespace vqcodec::models
