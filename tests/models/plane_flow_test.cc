// Guarded lines broken once on purpose: the correction of u, the stretch and its sign, the
// inverse's bracket, a term and a width of each energy, the wall, the weight of the energy, and the
// sign of the volume in draws.
#include "models/generative/plane_flow.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "models/generative/planar_map.h"
#include "tests/models/expect_mean.h"
#include "tests/models/flow_checks.h"

namespace vqcodec::models {
namespace {

torch::Tensor normal(torch::IntArrayRef sizes) { return torch::randn(sizes, torch::kFloat64); }

PlaneFlow flow_of(const PlaneFlowOptions& options, double away = 0.3) {
  torch::manual_seed(1);
  PlaneFlow flow(options, {1, 1, 2});
  flow.to(torch::kFloat64);
  perturb(flow, away);
  return flow;
}

PlaneFlowOptions planar(std::int64_t maps) { return {.maps = maps}; }
PlaneFlowOptions coupled(std::int64_t maps) {
  return {.map = "coupling", .maps = maps, .hidden = {8}};
}

TEST(PlanarMap, IsInvertibleWhateverItsParameters) {
  torch::manual_seed(2);
  const PlanarMap maps{.u = normal({100000, 2}), .w = normal({100000, 2}), .b = {}};
  const auto along = (maps.invertible_u() * maps.w).sum(1);
  EXPECT_GT(along.min().item<double>(), -1);
  EXPECT_LT((maps.u * maps.w).sum(1).min().item<double>(), -1);
  // What is taken from u lies along w alone.
  const auto across = torch::stack({-maps.w.select(1, 1), maps.w.select(1, 0)}, 1);
  const auto moved = ((maps.invertible_u() - maps.u) * across).sum(1);
  EXPECT_LE(moved.abs().max().item<double>(), 1e-9);
}

// In one dimension invertible is monotone; w'u = -5 is far beyond the edge.
TEST(PlanarMap, RisesAtTheEdge) {
  const auto number = [](double value) { return torch::full({1, 1}, value, torch::kFloat64); };
  const PlanarMap map{.u = number(-5), .w = number(1), .b = torch::zeros({1}, torch::kFloat64)};
  const auto z = torch::linspace(-3, 3, 2001, torch::kFloat64).unsqueeze(1);
  EXPECT_GT(map.forward(z).value.diff(1, 0).min().item<double>(), 0);
}

TEST(PlanarMap, InverseAndVolumeAreExact) {
  torch::manual_seed(3);
  for (const std::int64_t dimension : {1, 2, 7}) {
    PlanarFlow flow(dimension);
    flow.to(torch::kFloat64);
    perturb(flow, 1);
    expect_flow(flow, 2 * normal({20, dimension}), "one map for all");
  }
  const PlanarMap each{.u = normal({9, 3}), .w = normal({9, 3}), .b = normal({9})};
  const auto z = normal({9, 3});
  EXPECT_LE((each.inverse(each.forward(z).value) - z).abs().max().item<double>(), 1e-9);
}

TEST(PlanarMap, ManyInARowAreOneAfterTheOther) {
  torch::manual_seed(5);
  const auto z = normal({7, 3});
  for (const std::int64_t n : {1, 7}) {  // the same for all examples, one for each
    const PlanarMap maps{.u = normal({n, 4, 3}), .w = normal({n, 4, 3}), .b = normal({n, 4})};
    auto expected = z;
    auto log_volume = torch::zeros({7}, torch::kFloat64);
    for (std::int64_t k = 0; k < 4; ++k) {
      const PlanarMap map{
          .u = maps.u.select(1, k), .w = maps.w.select(1, k), .b = maps.b.select(1, k)};
      const auto [value, volume] = map.forward(expected);
      expected = value;
      log_volume = log_volume + volume;
    }
    const auto found = through_planar_maps(maps, z);
    EXPECT_TRUE(torch::allclose(found.value, expected, 1e-12, 1e-12));
    EXPECT_TRUE(torch::allclose(found.log_volume, log_volume, 1e-12, 1e-12));
  }
}

TEST(PlanarMap, BeginsAsTheIdentity) {
  torch::manual_seed(4);
  const auto maps = identity_maps(50, 3, 2);
  const auto z = torch::randn({50, 3});
  const auto [value, log_volume] = maps.forward(z);
  EXPECT_LE((value - z).abs().max().item<double>(), 1e-5);
  EXPECT_LE(log_volume.abs().max().item<double>(), 1e-6);
}

// Computed outside this library, by adaptive quadrature.
TEST(PlaneEnergy, PartitionFunctionsOfTheBoxAreThePublishedOnes) {
  const auto grid = plane_grid(kBox, 1000);
  for (const auto& [name, log_z] : {std::pair{"u1", 1.877502}, std::pair{"u2", 2.082089},
                                    std::pair{"u3", 2.641705}, std::pair{"u4", 2.684568}}) {
    const auto energy = plane_energy(name, grid.points);
    EXPECT_NEAR(log_integral(-energy, grid), log_z, 2e-6) << name;
    EXPECT_EQ(box_wall(grid.points).max().item<double>(), 0);
    // The wall lets a little of the density's edge through, more where a band crosses it.
    const PlaneDensity walled(name);
    EXPECT_GE(walled.log_partition(), log_integral(-energy, grid)) << name;
    EXPECT_NEAR(walled.log_partition(), log_z, 0.05) << name;
  }
}

TEST(PlaneEnergy, TheWallIsSteepAndSmooth) {
  const auto at = [](double x) {
    return box_wall(torch::tensor({{x, 0.0}, {0.0, -x}}, torch::kFloat64)).sum().item<double>();
  };
  EXPECT_EQ(at(4), 0);
  EXPECT_NEAR(at(4.1), 1, 1e-9);
  EXPECT_NEAR(at(5), 100, 1e-9);
}

TEST(PlaneEnergy, PointsAreDrawnFromTheDensity) {
  for (const auto& name : plane_energy_names()) {
    const PlaneDensity density(name);
    const auto grid = plane_grid(5, 500);
    const auto p = (-density.energy(grid.points) - density.log_partition()).exp() * grid.cell;
    EXPECT_NEAR(p.sum().item<double>(), 1, 1e-4) << name;
    const auto points = density.draw(20000, 7).flatten(1).to(torch::kFloat64);
    for (const std::int64_t axis : {0, 1})
      expect_mean(points.select(1, axis), (p * grid.points.select(1, axis)).sum().item<double>(),
                  0.02);
    expect_mean(density.energy(points), (p * density.energy(grid.points)).sum().item<double>(),
                0.01);
  }
}

TEST(PlaneFlow, InverseAndVolumeAreExact) {
  for (const auto& options : {planar(4), coupled(4)}) {
    auto flow = flow_of(options);
    const auto chain = std::dynamic_pointer_cast<Flow>(flow.named_children()["chain"]);
    expect_flow(*chain, 2 * normal({10, 2}), options.map);
  }
}

TEST(PlaneFlow, TheDensityIntegratesToOne) {
  for (const auto& options : {planar(0), planar(5), coupled(4)}) {
    auto flow = flow_of(options);
    torch::NoGradGuard no_grad;
    const auto grid = plane_grid(12, 360);
    EXPECT_NEAR(log_integral(flow.log_density(grid.points), grid), 0, 1e-3) << options.map;
  }
}

// Draws, counted in the cells of a grid, against the density there.
TEST(PlaneFlow, DrawsFollowTheDensity) {
  for (const auto& options : {planar(5), coupled(4)}) {
    auto flow = flow_of(options);
    torch::NoGradGuard no_grad;
    constexpr std::int64_t kCells = 12, kFiner = 20, kDraws = 50000;
    constexpr double kSide = 3;  // from the origin
    const auto grid = plane_grid(kSide, kCells * kFiner);
    const auto p = (flow.log_density(grid.points).exp() * grid.cell)
                       .view({kCells, kFiner, kCells, kFiner})
                       .sum({1, 3})
                       .flatten();
    auto rng = make_rng(5, 0);
    const auto drawn = flow.sample(kDraws, {}, rng).flatten(1);
    const auto inside = drawn.index({(drawn.abs() < kSide).all(1)});
    const auto column = ((inside.select(1, 0) + kSide) * (kCells / (2 * kSide))).floor();
    const auto row = ((kSide - inside.select(1, 1)) * (kCells / (2 * kSide))).floor();
    const auto counts = torch::bincount((row * kCells + column).to(torch::kInt64), {}, p.numel());
    const auto expected = kDraws * p;
    const auto filled = expected > 10;
    const auto freedom = static_cast<double>(filled.sum().item<std::int64_t>());
    ASSERT_GT(freedom, 40) << options.map;
    const auto chi_square =
        ((counts - expected).square() / expected).index({filled}).sum().item<double>();
    EXPECT_LE(std::abs(chi_square - freedom), 5 * std::sqrt(2 * freedom)) << options.map;
  }
}

TEST(PlaneFlow, TheLossIsTheDivergence) {
  auto flow = flow_of(planar(3), 0.1);
  torch::NoGradGuard no_grad;
  flow.to(torch::kFloat64);
  std::map<std::string, Figure> figures;
  auto rng = make_rng(6, 0);
  const Batch points{.images = flow.target().draw(500, 8).to(torch::kFloat64), .labels = {}};
  for (const auto& figure : flow.figures(points, {}, rng)) figures[figure.name] = figure;
  EXPECT_NEAR(figures.at("mass").value, 1, 1e-3);
  const double divergence = figures.at("kl").value;
  EXPECT_GT(divergence, 0);
  EXPECT_NEAR(figures.at("kl_by_draws").value, divergence,
              5 * figures.at("kl_by_draws").standard_error);
  const Batch many{.images = torch::zeros({2000, 1, 1, 2}), .labels = {}};
  std::vector<torch::Tensor> losses;
  for (int i = 0; i < 50; ++i) losses.push_back(flow.loss(many, rng).total);
  expect_mean(torch::stack(losses), divergence, 0.05 * divergence);
  EXPECT_EQ(flow.log_prob(points, {}, rng).kind, EstimateKind::kExact);
}

// Only the Gaussian: its density in closed form.
TEST(PlaneFlow, WithoutMapsItIsTheGaussian) {
  auto flow = flow_of(planar(0));
  torch::NoGradGuard no_grad;
  const auto log_scale = flow.parameters()[0];
  const auto z = normal({5, 2});
  const auto expected = -0.5 * (z * (-log_scale).exp()).square().sum(1) - log_scale.sum() -
                        std::log(2 * std::acos(-1.0));
  EXPECT_TRUE(torch::allclose(flow.log_density(z), expected, 0, 1e-12));
}

TEST(PlaneFlow, TheEnergyGainsItsWeightOverTheWarmUp) {
  auto options = planar(1);
  options.warm_up = 10;
  auto flow = flow_of(options);
  const Batch batch{.images = torch::zeros({100, 1, 1, 2}), .labels = {}};
  const auto total = [&](std::int64_t step) {
    torch::NoGradGuard no_grad;
    flow.begin_step({.step = step, .steps = 100});
    auto rng = make_rng(7, 0);
    return flow.loss(batch, rng).total.item<double>();
  };
  const double whole = total(9), energy = (whole - total(4)) / 0.5;
  EXPECT_NEAR(total(50), whole, 1e-12);
  EXPECT_NEAR(total(0), whole - 0.9 * energy, 1e-9);
  torch::NoGradGuard no_grad;
  auto rng = make_rng(7, 0);
  EXPECT_NEAR(plane_energy("u1", flow.sample(100, {}, rng).flatten(1)).mean().item<double>(),
              energy, 1e-9);
}

}  // namespace
}  // namespace vqcodec::models
