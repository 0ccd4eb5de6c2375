#include "models/nearest_pictures.h"

#include <gtest/gtest.h>

#include "models/model.h"

namespace vqcodec::models {
namespace {

// Against all distances at once; more pictures than are looked at together.
TEST(NearestPictures, AreThoseOfBruteForce) {
  auto rng = make_rng(3, 0);
  const auto pictures = torch::rand({9000, 1, 3, 3}, rng, torch::kFloat32);
  const auto queries = torch::rand({20, 1, 3, 3}, rng, torch::kFloat32);
  const auto nearest = nearest_pictures(queries, pictures);
  const auto a = queries.flatten(1).to(torch::kFloat64).unsqueeze(1);
  const auto all = (a - pictures.flatten(1).to(torch::kFloat64)).square().sum(2);  // (20,9000)
  EXPECT_TRUE(torch::equal(nearest.indices, all.argmin(1)));
  EXPECT_TRUE(torch::allclose(nearest.squared_distances, std::get<0>(all.min(1)), 1e-5));
  EXPECT_GT(nearest.indices.max().item<int>(), 4096);
}

TEST(NearestPictures, OfEqualOnesTheFirstIsNamed) {
  const auto pictures = torch::zeros({5000, 1, 2, 2});
  const auto nearest = nearest_pictures(torch::ones({2, 1, 2, 2}), pictures);
  EXPECT_EQ(nearest.indices.sum().item<int>(), 0);
  EXPECT_EQ(nearest.squared_distances[1].item<double>(), 4);
}

}  // namespace
}  // namespace vqcodec::models
