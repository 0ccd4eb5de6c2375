// Guarded lines broken once on purpose: the constant and the determinant of the density, the
// entropy in the free energy, the weights in log_joint, the division by the counts, the pooling of
// the tied covariance, the floor, and equal weights of k-means.
#include "models/generative/gaussian_mixture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "models/distributions.h"
#include "models/generative/planted_mixture.h"
#include "models/k_means.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kComponents = 3;
constexpr const char* kCovariances[] = {"full", "diagonal", "spherical", "tied"};

// Points in three clusters that overlap, (N,2).
torch::Tensor clusters(std::int64_t n) {
  auto rng = make_rng(1, 0);
  return plant({.planted = kComponents, .spread = 1.5})->sample(n, {}, rng).flatten(1);
}

torch::Tensor as_pictures(const torch::Tensor& points) {
  return points.view({-1, 1, 1, points.size(1)});
}

// Seeded, and not yet trained.
GaussianMixture seeded(GaussianMixtureOptions options, const torch::Tensor& points) {
  options.components = kComponents;
  options.restarts = 1;
  options.reduce = 0;
  torch::manual_seed(2);
  GaussianMixture mixture(options, {1, 1, points.size(1)});
  auto rng = make_rng(3, 0);
  mixture.loss({.images = as_pictures(points), .labels = {}}, rng);
  return mixture;
}

double log_likelihood(const GaussianMixture& mixture, const torch::Tensor& points) {
  torch::NoGradGuard no_grad;
  return mixture.log_density(points).mean().item<double>();
}

torch::Tensor posterior(const GaussianMixture& mixture, const torch::Tensor& points) {
  torch::NoGradGuard no_grad;
  return mixture.log_posterior(points).exp();
}

TEST(FullGaussian, ItsDensityIsTheOneWrittenOut) {
  const auto factor = torch::tensor({{2.0, 0.0}, {0.5, 0.3}}, torch::kFloat64);
  const auto covariance = torch::matmul(factor, factor.t());
  const auto mean = torch::tensor({1.0, -1.0}, torch::kFloat64);
  const auto x = torch::tensor({{0.3, -0.2}}, torch::kFloat64);
  const auto away = (x - mean)[0];
  const double expected =
      -0.5 * torch::dot(away, torch::mv(torch::linalg_inv(covariance), away)).item<double>() -
      0.5 * torch::logdet(2 * std::numbers::pi * covariance).item<double>();
  EXPECT_NEAR((FullGaussian{mean, factor}.log_prob(x).item<double>()), expected, 1e-12);
}

TEST(GaussianMixture, TheDensityIntegratesToOne) {
  for (const auto* covariance : kCovariances) {
    const auto mixture = seeded({.covariance = covariance}, clusters(300));
    constexpr double kSide = 40;
    constexpr std::int64_t kCells = 400;
    const auto axis = (torch::arange(kCells, torch::kFloat64) + 0.5) * (kSide / kCells) - kSide / 2;
    const auto grid = torch::cartesian_prod({axis, axis});
    torch::NoGradGuard no_grad;
    const double sum = mixture.log_density(grid).exp().sum().item<double>();
    EXPECT_NEAR(sum * std::pow(kSide / kCells, 2), 1, 1e-6) << covariance;
  }
}

TEST(GaussianMixture, NoStepOfExpectationMaximizationLowersTheLikelihood) {
  const auto x = clusters(400);
  for (const auto* covariance : kCovariances) {
    auto mixture = seeded({.covariance = covariance}, x);
    double before = log_likelihood(mixture, x);
    const double first = before;
    for (int step = 0; step < 60; ++step) {
      mixture.maximize(x, posterior(mixture, x));
      const double after = log_likelihood(mixture, x);
      EXPECT_GE(after, before - 1e-10) << covariance << ", step " << step;
      before = after;
    }
    EXPECT_GT(before, first + 1e-3) << covariance;
  }
}

// A cluster on a line would have a density without bounds. The line is aslant, so that no variance
// of a coordinate is small.
TEST(GaussianMixture, TheFloorKeepsPointsOnALineAtADensityThatIsBounded) {
  const auto along = torch::linspace(8, 10, 50, torch::kFloat64);
  const auto x = torch::cat({clusters(100), torch::stack({along, along}, 1)});
  for (const auto* covariance : kCovariances) {
    auto mixture = seeded({.covariance = covariance, .floor = 0.01}, x);
    double before = log_likelihood(mixture, x);
    for (int step = 0; step < 30; ++step) {
      mixture.maximize(x, posterior(mixture, x));
      EXPECT_GE(log_likelihood(mixture, x), before - 1e-10) << covariance << ", step " << step;
      before = log_likelihood(mixture, x);
    }
    const auto variances = std::get<0>(torch::linalg_eigh(mixture.covariances().detach()));
    EXPECT_GE(variances.min().item<double>(), 0.01 - 1e-12) << covariance;
  }
}

TEST(GaussianMixture, TheFreeEnergyIsALowerBoundAndTightAtThePosterior) {
  const auto x = clusters(50);
  const auto mixture = seeded({}, x);
  torch::NoGradGuard no_grad;
  const auto joint = mixture.log_joint(x), density = mixture.log_density(x);
  EXPECT_TRUE(torch::allclose(free_energy(joint, mixture.log_posterior(x)), density, 0, 1e-12));
  torch::manual_seed(4);
  const auto other = torch::randn({50, kComponents}, torch::kFloat64).log_softmax(1);
  const auto gap = density - free_energy(joint, other);
  const auto divergence = (other.exp() * (other - mixture.log_posterior(x))).sum(1);
  EXPECT_TRUE(torch::allclose(gap, divergence, 0, 1e-12));
  EXPECT_GT(gap.min().item<double>(), 0);
}

// E_q log p(x,z) is at its highest: no parameter's gradient is left.
TEST(GaussianMixture, AfterTheMStepItsGradientIsZero) {
  const auto x = clusters(200);
  for (const auto* covariance : kCovariances) {
    auto mixture = seeded({.covariance = covariance}, x);
    const auto q = posterior(mixture, x);
    mixture.maximize(x, q);
    (q * mixture.log_joint(x)).sum(1).mean().backward();
    for (const auto& parameter : mixture.named_parameters())
      EXPECT_LE(parameter->grad().abs().max().item<double>(), 1e-8)
          << covariance << ", " << parameter.key();
  }
}

// Fisher's identity: the gradient of log p(x) is that of the log joint in the posterior's mean.
TEST(GaussianMixture, TheLikelihoodsGradientIsThePosteriorMeanOfTheJoints) {
  const auto x = clusters(40);
  for (const auto* covariance : kCovariances) {
    auto mixture = seeded({.covariance = covariance, .learner = "gradient"}, x);
    const auto q = posterior(mixture, x);
    const auto of_density =
        torch::autograd::grad({mixture.log_density(x).sum()}, mixture.parameters());
    const auto of_joint =
        torch::autograd::grad({(q * mixture.log_joint(x)).sum()}, mixture.parameters());
    for (std::size_t i = 0; i < of_density.size(); ++i)
      EXPECT_TRUE(torch::allclose(of_density[i], of_joint[i], 1e-10, 1e-10)) << covariance;
  }
}

// Lloyd's algorithm written out, from the same centres.
TEST(GaussianMixture, HardAssignmentsAreLloydsAlgorithm) {
  const auto x = clusters(200);
  auto mixture = seeded({.learner = "k-means"}, x);
  auto centres = mixture.means().detach().clone();
  auto rng = make_rng(5, 0);
  for (int step = 0; step < 10; ++step) {
    std::vector<torch::Tensor> sums(kComponents, torch::zeros({2}, torch::kFloat64));
    std::vector<int> counts(kComponents, 0);
    for (std::int64_t i = 0; i < x.size(0); ++i) {
      std::size_t nearest = 0;
      for (std::size_t k = 1; k < kComponents; ++k)
        if ((x[i] - centres[static_cast<std::int64_t>(k)]).norm().item<double>() <
            (x[i] - centres[static_cast<std::int64_t>(nearest)]).norm().item<double>())
          nearest = k;
      sums[nearest] = sums[nearest] + x[i];
      ++counts[nearest];
    }
    for (std::size_t k = 0; k < kComponents; ++k)
      centres[static_cast<std::int64_t>(k)] = sums[k] / counts[k];
    mixture.loss({.images = as_pictures(x), .labels = {}}, rng);
    EXPECT_TRUE(torch::allclose(mixture.means(), centres, 0, 1e-12)) << "step " << step;
  }
  EXPECT_TRUE(
      torch::allclose(mixture.weights(), torch::full({kComponents}, 1 / 3.0, torch::kFloat64)));
}

TEST(GaussianMixture, WithNarrowComponentsSoftAssignmentsBecomeKMeans) {
  const auto x = clusters(100);
  auto mixture = seeded({.covariance = "spherical", .floor = 1e-9}, x);
  const auto narrow = 1e-6 * torch::eye(2, torch::kFloat64).expand({kComponents, -1, -1});
  const auto centres = x.slice(0, 0, kComponents).clone();
  mixture.assign(torch::full({kComponents}, 1 / 3.0, torch::kFloat64), centres, narrow);
  mixture.maximize(x, posterior(mixture, x));
  const auto lloyd = lloyd_step(x, torch::ones({100}, torch::kFloat64), centres);
  EXPECT_TRUE(torch::allclose(mixture.means(), lloyd, 0, 1e-10));
}

TEST(KMeans, SeedsAreDistantPointsAndACentreWithoutPointsStays) {
  const auto x = torch::tensor({{0.0}, {0.01}, {100.0}, {100.01}, {-100.0}}, torch::kFloat64);
  const auto weights = torch::ones({5}, torch::kFloat64);
  auto rng = make_rng(6, 0);
  for (int i = 0; i < 20; ++i) {
    const auto seeds = std::get<0>(seed_centres(x, weights, 3, rng).flatten().sort()).round();
    EXPECT_TRUE(torch::equal(seeds, torch::tensor({-100.0, 0.0, 100.0}, torch::kFloat64)));
  }
  const auto far = torch::tensor({{0.0}, {1000.0}}, torch::kFloat64);
  EXPECT_EQ(lloyd_step(x, weights, far)[1].item<double>(), 1000);
  const auto heavy = torch::tensor({1.0, 3.0, 1.0, 1.0, 1.0}, torch::kFloat64);
  const auto two = torch::tensor({{0.0}, {200.0}}, torch::kFloat64);
  EXPECT_NEAR(lloyd_step(x.slice(0, 0, 2), heavy.slice(0, 0, 2), two)[0].item<double>(), 0.0075,
              1e-12);
}

// A VAE whose q is a table, trained until nothing moves, takes EM's steps.
TEST(GaussianMixture, ATableForQTrainedToTheEndIsTheEStep) {
  const auto x = clusters(30);
  auto table = seeded({}, x), exact = seeded({}, x);
  for (int round = 0; round < 3; ++round) {
    const auto joint = table.log_joint(x).detach();
    auto log_q = torch::zeros({30, kComponents}, torch::kFloat64).log_softmax(1);
    for (int step = 0; step < 80; ++step) {  // mirror descent: the simplex needs no projection
      const auto q = log_q.exp().requires_grad_();
      const auto gradient = torch::autograd::grad({free_energy(joint, q.log()).sum()}, {q})[0];
      log_q = (log_q + 0.5 * gradient).log_softmax(1).detach();
    }
    const auto divergence = (log_q.exp() * (log_q - joint.log_softmax(1))).sum(1);
    EXPECT_LE(divergence.max().item<double>(), 1e-6) << "round " << round;
    table.maximize(x, log_q.exp());
    exact.maximize(x, posterior(exact, x));
    EXPECT_TRUE(torch::allclose(table.means(), exact.means(), 0, 1e-6)) << "round " << round;
    EXPECT_NEAR(log_likelihood(table, x), log_likelihood(exact, x), 1e-9) << "round " << round;
  }
}

// From the same seeds: EM, the likelihood's gradient, and the bound's with an encoder.
TEST(GaussianMixture, GradientsReachTheLikelihoodOfExpectationMaximization) {
  const auto x = clusters(300);
  const Batch batch{.images = as_pictures(x), .labels = {}};
  auto rng = make_rng(7, 0);
  const auto trained = [&](const char* learner, int steps) {
    auto mixture = seeded({.learner = learner, .hidden = {32}}, x);
    torch::optim::Adam optimizer(mixture.parameters(), torch::optim::AdamOptions(0.03));
    for (int step = 0; step < steps; ++step) {
      optimizer.zero_grad();
      const auto loss = mixture.loss(batch, rng);
      if (mixture.steps_itself()) continue;
      if (step == steps * 2 / 3)
        static_cast<torch::optim::AdamOptions&>(optimizer.param_groups()[0].options()).lr(0.003);
      loss.total.backward();
      optimizer.step();
    }
    return mixture;
  };
  const double by_em = log_likelihood(trained("em", 300), x);
  EXPECT_NEAR(log_likelihood(trained("gradient", 400), x), by_em, 1e-3);
  auto vae = trained("vae", 600);
  EXPECT_NEAR(log_likelihood(vae, x), by_em, 0.01);
  torch::NoGradGuard no_grad;
  EXPECT_NEAR(free_energy(vae.log_joint(x), vae.log_q(x)).mean().item<double>(), by_em, 0.01);
}

TEST(PlantedMixture, WhatIsLearnedIsAsLikelyAsTheTruth) {
  const auto factory = make_planted_mixture_factory();
  const auto sets = factory->sets("");
  PlantedMixture model({.components = 5, .restarts = 2, .reduce = 0}, {});
  const auto data = factory->batches(sets.train);
  auto rng = make_rng(8, 0);
  const auto batch = data->batch(65536, rng);
  EXPECT_EQ(batch.images.size(0), sets.train.size());
  for (int step = 0; step < 10; ++step) model.loss(batch, rng);
  model.eval();
  const auto figures = model.figures(whole_set(sets.test, PixelKind::kGrey, 10000), {}, rng);
  ASSERT_EQ(figures.size(), 3u);
  EXPECT_EQ(figures[2].name, "excess");
  EXPECT_NEAR(figures[2].value, figures[0].value - figures[1].value, 1e-9);
  EXPECT_LE(figures[2].value, 0.02);
  EXPECT_LE(figures[2].standard_error, 0.002);
}

TEST(GaussianMixture, SamplesHaveTheMixturesMeanAndCovariance) {
  const auto mixture = plant({.planted = 2, .spread = 1});
  auto rng = make_rng(9, 0);
  const auto x = mixture->sample(40000, {}, rng).flatten(1);
  torch::NoGradGuard no_grad;
  const auto w = mixture->weights(), means = mixture->means();
  const auto mean = torch::matmul(w, means);
  const auto second =
      (w.view({-1, 1, 1}) * (mixture->covariances() + means.unsqueeze(2) * means.unsqueeze(1)))
          .sum(0);
  for (std::int64_t i = 0; i < 2; ++i) {
    expect_mean(x.select(1, i), mean[i].item<double>(), 0.02);
    for (std::int64_t j = 0; j < 2; ++j)
      expect_mean(x.select(1, i) * x.select(1, j), second[i][j].item<double>(), 0.04);
  }
}

// Pictures in a plane: two principal components hold them whole.
TEST(GaussianMixture, PrincipalComponentsKeepWhatVariesMost) {
  torch::manual_seed(10);
  const auto axes = torch::randn({2, 9});
  const auto pictures = (0.5 + torch::matmul(torch::randn({200, 2}), axes)).view({200, 1, 3, 3});
  GaussianMixture mixture({.components = 1, .restarts = 1, .reduce = 2}, {1, 3, 3});
  auto rng = make_rng(11, 0);
  mixture.loss({.images = pictures, .labels = {}}, rng);
  const auto x = mixture.points(pictures);
  EXPECT_EQ(x.sizes(), torch::IntArrayRef({200, 2}));
  EXPECT_TRUE(torch::allclose(x.square().sum().to(torch::kFloat32),
                              (pictures - pictures.mean(0)).square().sum(), 1e-4));
  EXPECT_GT(x.select(1, 0).var().item<double>(), x.select(1, 1).var().item<double>());
  const auto mean = mixture.reconstruct({.images = pictures, .labels = {}}, rng);
  EXPECT_TRUE(torch::allclose(mean[0], pictures.mean(0), 0, 1e-4));
}

}  // namespace
}  // namespace vqcodec::models
