#include "models/generative/neighbour_embedding.h"

#include <cmath>

namespace vqcodec::models {

namespace {

torch::Tensor squared_distances_within(const torch::Tensor& points) {  // (N,N)
  return (points.unsqueeze(1) - points.unsqueeze(0)).square().sum(2);
}

// Of each row, but for the point itself: the probabilities at a precision, (N,N).
torch::Tensor rows_at(const torch::Tensor& distances, const torch::Tensor& precision) {
  const auto self = torch::eye(distances.size(0), distances.options()).to(torch::kBool);
  return (-distances * precision.unsqueeze(1)).masked_fill(self, -INFINITY).softmax(1);
}

}  // namespace

torch::Tensor principal_plane(const torch::Tensor& points) {
  const auto centred = points - points.mean(0);
  const auto directions = std::get<2>(torch::linalg_svd(centred, /*full_matrices=*/false));
  return torch::matmul(centred, directions.slice(0, 0, 2).t());
}

torch::Tensor neighbour_probabilities(const torch::Tensor& points, double perplexity) {
  constexpr int kBisections = 60;
  const auto distances = squared_distances_within(points.to(torch::kFloat64));
  const auto n = distances.size(0);
  auto low = torch::full({n}, -40.0, torch::kFloat64), high = -low;  // log precisions
  for (int i = 0; i < kBisections; ++i) {
    const auto middle = (low + high) / 2;
    const auto p = rows_at(distances, middle.exp());
    const auto entropy = -torch::xlogy(p, p).sum(1);
    const auto too_wide = entropy > std::log(perplexity);
    low = torch::where(too_wide, middle, low);
    high = torch::where(too_wide, high, middle);
  }
  const auto p = rows_at(distances, low.exp());
  return (p + p.t()) / (2 * static_cast<double>(n));
}

torch::Tensor plane_probabilities(const torch::Tensor& plane) {
  const auto kernel = 1 / (1 + squared_distances_within(plane));
  const auto others = kernel - torch::diag(kernel.diagonal());
  return others / others.sum();
}

torch::Tensor neighbour_embedding(const torch::Tensor& points, double perplexity,
                                  std::int64_t steps) {
  constexpr double kExaggeration = 4, kLearningRate = 100, kLeast = 1e-12;
  torch::NoGradGuard no_grad;
  const auto p = neighbour_probabilities(points, perplexity);
  auto plane = principal_plane(points.to(torch::kFloat64));
  plane = plane / plane.std() * 1e-2;
  auto velocity = torch::zeros_like(plane);
  for (std::int64_t step = 0; step < steps; ++step) {
    const auto kernel = 1 / (1 + squared_distances_within(plane));
    const auto q = plane_probabilities(plane).clamp_min(kLeast);
    const auto pull = (p * (step < steps / 4 ? kExaggeration : 1) - q) * kernel;
    const auto gradient = 4 * (pull.sum(1, true) * plane - torch::matmul(pull, plane));  // eq. 5
    velocity = (step < steps / 4 ? 0.5 : 0.8) * velocity - kLearningRate * gradient;
    plane = plane + velocity;
  }
  return plane - plane.mean(0);
}

}  // namespace vqcodec::models
