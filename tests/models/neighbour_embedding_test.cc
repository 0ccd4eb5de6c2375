// Guarded lines broken once on purpose: the width of the Gaussians, a point as its own neighbour,
// the gradient's sign and its kernel.
#include "models/generative/neighbour_embedding.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vqcodec::models {
namespace {

torch::Tensor three_clusters() {  // (60,5), 20 each
  torch::manual_seed(3);
  const auto centres = 10 * torch::randn({3, 5}, torch::kFloat64);
  return centres.repeat_interleave(20, 0) + torch::randn({60, 5}, torch::kFloat64);
}

double divergence(const torch::Tensor& p, const torch::Tensor& q) {
  return (torch::xlogy(p, p) - p * q.clamp_min(1e-12).log()).sum().item<double>();
}

TEST(NeighbourEmbedding, ThePrincipalPlaneHasTheLargestVariances) {
  const auto points = three_clusters();
  const auto plane = principal_plane(points);
  const auto centred = points - points.mean(0);
  const auto variances = torch::linalg_eigvalsh(torch::matmul(centred.t(), centred));  // rising
  EXPECT_NEAR(plane.select(1, 0).square().sum().item<double>(), variances[4].item<double>(), 1e-8);
  EXPECT_NEAR(plane.select(1, 1).square().sum().item<double>(), variances[3].item<double>(), 1e-8);
}

// As many neighbours as it is told: the entropy of each row before they are made symmetric, seen
// where all points are alike.
TEST(NeighbourEmbedding, GaussiansAreAsWideAsThePerplexitySays) {
  const auto corners = torch::eye(13, torch::kFloat64);  // all 12 others equally far
  const auto all = neighbour_probabilities(corners, 12);
  EXPECT_NEAR(all.sum().item<double>(), 1, 1e-12);
  EXPECT_NEAR(all[0][1].item<double>(), 1.0 / (13 * 12), 1e-12);
  EXPECT_EQ(all.diagonal().abs().max().item<double>(), 0);
  const auto line = torch::arange(200, torch::kFloat64).unsqueeze(1);  // (200,1)
  const auto near = neighbour_probabilities(line, 4), far = neighbour_probabilities(line, 16);
  const auto perplexity = [](const torch::Tensor& row) {
    const auto p = row / row.sum();
    return std::exp(-torch::xlogy(p, p).sum().item<double>());
  };
  EXPECT_NEAR(perplexity(near[100]), 4, 1e-3);  // inside, rows are symmetric already
  EXPECT_NEAR(perplexity(far[100]), 16, 1e-3);
  EXPECT_TRUE(torch::allclose(far, far.t(), 0, 1e-15));
}

TEST(NeighbourEmbedding, ClustersStayApartAndTheDivergenceFalls) {
  const auto points = three_clusters();
  const auto p = neighbour_probabilities(points, 10);
  const auto plane = neighbour_embedding(points, 10);
  EXPECT_LT(
      divergence(p, plane_probabilities(plane)),
      0.3 * divergence(p, plane_probabilities(1e-2 * torch::randn({60, 2}, torch::kFloat64))));
  const auto distances = (plane.unsqueeze(1) - plane.unsqueeze(0)).norm(2, 2);
  const auto nearest = distances.fill_diagonal_(INFINITY).argmin(1);
  EXPECT_TRUE(torch::equal(nearest.div(20, "floor"), torch::arange(60).div(20, "floor")));
}

TEST(NeighbourEmbedding, ItEndsWhereNothingPulls) {
  torch::manual_seed(4);
  const auto points = torch::randn({8, 3}, torch::kFloat64);
  const auto p = neighbour_probabilities(points, 3);
  const auto plane = neighbour_embedding(points, 3, 6000).requires_grad_();
  (-p * plane_probabilities(plane).clamp_min(1e-12).log()).sum().backward();
  EXPECT_LT(plane.grad().abs().max().item<double>(), 1e-5);
}

}  // namespace
}  // namespace vqcodec::models
