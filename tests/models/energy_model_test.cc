#include "models/generative/energy_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "entropy/error.h"
#include "models/generative/point_sets.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);
const PictureShape kPlane{1, 1, 2};

EnergyModel small_model(EnergyModelOptions options) {
  options.hidden = {8};
  torch::manual_seed(31);
  EnergyModel model(options, kPlane);
  torch::NoGradGuard no_grad;
  for (auto& parameter : model.parameters()) parameter.mul_(2);
  model.to(torch::kFloat64);
  return model;
}

Batch points() { return {.images = draw_points("moons", 50, 4).to(torch::kFloat64), .labels = {}}; }

torch::Tensor gradient_of(EnergyModel& model, const torch::Tensor& loss) {
  model.zero_grad();
  loss.backward();
  return model.named_parameters()["network.1.weight"].grad().clone();
}

// Without a network the density is the wide Gaussian of deviation 2.
TEST(EnergyModel, QuadratureIntegratesTheGaussian) {
  auto model = small_model({});
  torch::NoGradGuard no_grad;
  for (auto& parameter : model.parameters()) parameter.zero_();
  EXPECT_NEAR(model.log_partition().item<double>(), std::log(2 * std::numbers::pi * 4), 1e-5);
}

// Against draws: Z = E_N[exp(-network)] times the Gaussian's own integral.
TEST(EnergyModel, QuadratureIsTheMeanOverDraws) {
  auto model = small_model({});
  auto rng = make_rng(32, 0);
  torch::NoGradGuard no_grad;
  const auto x = 2 * torch::randn({100000, 2}, rng, kDouble);
  const auto gaussian = x.square().sum(1) / 8;
  const auto log_ratio =
      gaussian - model.energy(x) - model.log_partition() + std::log(2 * std::numbers::pi * 4);
  expect_mean(log_ratio.exp(), 1, 0.01);
}

// -dlog p = dU(data) - <dU>, the mean under p by the same quadrature.
TEST(EnergyModel, TheExactGradientIsTheTwoPhaseRule) {
  auto model = small_model({.learner = "exact"});
  auto rng = make_rng(33, 0);
  const auto exact = gradient_of(model, model.loss(points(), rng).total);
  const auto line = torch::arange(-9.95, 10, 0.1, kDouble);
  const auto grid = torch::cartesian_prod({line, line});
  const auto p = (-model.energy(grid)).softmax(0).detach();
  const auto two_phases =
      model.energy(points().images.flatten(1)).mean() - (p * model.energy(grid)).sum();
  EXPECT_LT((gradient_of(model, two_phases) - exact).abs().max().item<double>(), 1e-6);
}

// The dynamics in a quadratic energy a x^2 / 2 have the stationary variance
// 1 / (a (1 - s^2 a / 4)): right as the step shrinks.
TEST(Langevin, HasTheStationaryVarianceOfItsStep) {
  constexpr double kCurvature = 4, kStep = 0.4;
  const auto energy = [](const torch::Tensor& x) { return kCurvature / 2 * x.square().sum(1); };
  auto rng = make_rng(34, 0);
  const auto x = langevin(energy, torch::zeros({100000, 1}, kDouble), 40, kStep, rng);
  expect_mean(x.square(), 1 / (kCurvature * (1 - kStep * kStep * kCurvature / 4)), 0.002);
  expect_mean(x, 0, 0.003);
}

// Chains that go on with small steps follow the model: their gradient is the likelihood's.
TEST(EnergyModel, LongChainsGiveTheExactGradientInTheMean) {
  auto exact_model = small_model({.learner = "exact"});
  auto rng = make_rng(35, 0);
  const auto exact = gradient_of(exact_model, exact_model.loss(points(), rng).total);
  auto model = small_model(
      {.learner = "persistent", .steps = 60, .step_size = 0.25, .restarts = 0, .chains = 2000});
  std::vector<torch::Tensor> drawn;
  for (int i = 0; i < 45; ++i) {
    const auto gradient = gradient_of(model, model.loss(points(), rng).total);
    if (i >= 5) drawn.push_back(gradient);  // they forget their start
  }
  const auto mean = torch::stack(drawn).mean(0);
  EXPECT_LT((mean - exact).norm().item<double>(), 0.06 * exact.norm().item<double>());
}

TEST(EnergyModel, PersistentChainsGoOnAndOthersDoNot) {
  for (const char* learner : {"persistent", "short-run"}) {
    auto model = small_model({.learner = learner, .steps = 2, .chains = 10});
    auto rng = make_rng(36, 0);
    const auto before = model.named_buffers()["chain"].clone();
    model.loss(points(), rng);
    EXPECT_EQ(torch::equal(before, model.named_buffers()["chain"]),
              std::string(learner) == "short-run");
  }
}

TEST(EnergyModel, DrawsWithoutGradientsAndScoresNatsAlone) {
  auto model = small_model({.steps = 2});
  auto rng = make_rng(37, 0);
  torch::NoGradGuard no_grad;
  EXPECT_EQ(model.sample(3, {}, rng).sizes(), (std::vector<std::int64_t>{3, 1, 1, 2}));
  const auto figures = model.figures(points(), {}, rng);
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_EQ(figures[0].unit, "nats");
  EXPECT_THROW(EnergyModel({}, {1, 2, 2}), Error);
}

TEST(PointSets, LieWhereTheirDensitiesSay) {
  const auto radius = [](const char* name) {
    return draw_points(name, 20000, 5).view({-1, 2}).to(torch::kFloat64).norm(2, 1);
  };
  // Rice's distribution: E[r^2] = R^2 + 2 s^2.
  expect_mean(radius("eight-gaussians").square(), 4 + 2 * 0.04, 0.01);
  expect_mean(radius("rings").square(), (1 + 4) / 2.0 + 2 * 0.01, 0.02);
  const auto cells = draw_points("checkerboard", 1000, 6).view({-1, 2}).floor().sum(1);
  EXPECT_TRUE(cells.remainder(2).eq(0).all().item<bool>());
  EXPECT_LT(radius("moons").max().item<double>(), 3.5);
  EXPECT_THROW(draw_points("squares", 1, 1), Error);
}

}  // namespace
}  // namespace vqcodec::models
