#include "models/generative/rate_distortion.h"

#include <gtest/gtest.h>

#include <numbers>

#include "models/generative/vae.h"
#include "tests/models/expect_mean.h"
#include "tests/models/linear_gaussian.h"

namespace vqcodec::models {
namespace {

// z = a x + s noise with x standard normal: I(x;z) = 1/2 ln(1 + a^2 / s^2).
TEST(Information, IsThatOfALinearChannel) {
  auto rng = make_rng(1, 0);
  const double a = 1.5, s = 0.5;
  const auto x = torch::randn({4000, 1}, rng, torch::kFloat64);
  const DiagonalGaussian q{a * x, torch::full({4000, 1}, 2 * std::log(s), torch::kFloat64)};
  expect_mean(information_terms(q, q.sample(rng)), 0.5 * std::log(1 + a * a / (s * s)), 0.015);
}

// Posteriors that all differ and do not overlap tell all, those that are one tell nothing.
TEST(Information, LiesBetweenNothingAndTheSet) {
  auto rng = make_rng(2, 0);
  const auto far = 100 * torch::arange(16, torch::kFloat64).view({16, 1});
  const auto unit = torch::zeros({16, 1}, torch::kFloat64);
  const DiagonalGaussian apart{far, unit}, same{torch::ones_like(far), unit};
  EXPECT_NEAR(information_terms(apart, apart.sample(rng)).mean().item<double>(), std::log(16),
              1e-9);
  EXPECT_LT(information_terms(same, same.sample(rng)).abs().max().item<double>(), 1e-12);
}

TEST(Information, LatentsWhoseMeanMovesAreActive) {
  auto rng = make_rng(3, 0);
  const auto means = torch::randn({1000, 3}, rng, torch::kFloat64);
  EXPECT_EQ(active_units(means * torch::tensor({1.0, 0.2, 0.05}, torch::kFloat64) + 3), 2);
}

// sigma*^2 = ||x - y||^2 / d, d counting every channel: -log p has no slope there, and is
// d/2 ln(2 pi e sigma*^2).
TEST(Observation, TheOptimalDeviationLeavesNoSlope) {
  auto rng = make_rng(4, 0);
  const auto x = torch::rand({10, 3, 2, 2}, rng, torch::kFloat64);
  const auto y = torch::rand({10, 3, 2, 2}, rng, torch::kFloat64);
  Observation observation(
      ObservationOptions{.likelihood = "gaussian", .deviation = "optimal", .sigma = 3},
      PictureShape{3, 2, 2});
  observation->to(torch::kFloat64);
  observation->fit(x, y);
  const double variance = (x - y).square().sum().item<double>() / (10 * 12);
  EXPECT_NEAR(observation->sigma(), std::sqrt(variance), 1e-12);
  const auto nll = -observation->around(y).log_prob(x).mean();
  EXPECT_NEAR(nll.item<double>(), 6 * std::log(2 * std::numbers::pi * std::numbers::e * variance),
              1e-9);
  auto log_variance = torch::full({}, std::log(variance), torch::kFloat64).requires_grad_();
  (-PixelDistribution{"gaussian", y, log_variance}.log_prob(x).mean()).backward();
  EXPECT_NEAR(log_variance.grad().item<double>(), 0, 1e-12);
}

// Each pixel's own, where each has one.
TEST(Observation, ALearnedDeviationConvergesToTheOptimalOne) {
  for (const std::string deviation : {"learned", "pixel"}) {
    auto rng = make_rng(5, 0);
    const auto x = torch::rand({10, 3, 2, 2}, rng, torch::kFloat64);
    const auto y = torch::rand({10, 3, 2, 2}, rng, torch::kFloat64);
    Observation observation(
        ObservationOptions{.likelihood = "gaussian", .deviation = deviation, .sigma = 3},
        PictureShape{3, 2, 2});
    observation->to(torch::kFloat64);
    torch::optim::LBFGS optimizer(
        observation->parameters(),
        torch::optim::LBFGSOptions(1).max_iter(100).line_search_fn("strong_wolfe"));
    optimizer.step([&] {
      optimizer.zero_grad();
      const auto loss = -observation->around(y).log_prob(x).mean();
      loss.backward();
      return loss;
    });
    const auto squared = (x - y).square();
    const auto optimal = deviation == "pixel" ? squared.mean(0, true) : squared.mean();
    const auto found = (0.5 * observation->around(y).log_variance).exp();
    EXPECT_EQ(found.sizes(), optimal.sizes());
    EXPECT_TRUE(torch::allclose(found, optimal.sqrt(), 0, 1e-4)) << deviation;
    EXPECT_NEAR(observation->sigma(), optimal.sqrt().mean().item<double>(), 1e-4);
  }
}

// The probabilities of 256 grey levels sum to one, at the edges too.
TEST(Observation, ADiscretizedLogisticSumsToOne) {
  const auto levels = torch::arange(256, torch::kFloat64).view({256, 1, 1, 1}) / 255;
  for (const double mean : {-0.2, 0.0, 0.4, 1.0}) {
    const PixelDistribution pixel{"logistic", torch::full({256, 1, 1, 1}, mean, torch::kFloat64),
                                  torch::full({}, 2 * std::log(0.03), torch::kFloat64)};
    EXPECT_NEAR(pixel.log_prob(levels).exp().sum().item<double>(), 1, 1e-9);
  }
}

TEST(Observation, DrawsOfADiscretizedLogisticHaveItsProbabilities) {
  auto rng = make_rng(6, 0);
  const PixelDistribution pixel{"logistic", torch::full({20000, 1, 1, 1}, 0.9, torch::kFloat64),
                                torch::full({}, 2 * std::log(0.1), torch::kFloat64)};
  const auto drawn = pixel.sample(rng);
  const double white =
      PixelDistribution{"logistic", pixel.output.slice(0, 0, 1), pixel.log_variance}
          .log_prob(torch::ones({1, 1, 1, 1}, torch::kFloat64))
          .exp()
          .item<double>();
  expect_mean((drawn == 1).to(torch::kFloat64), white, 0.005);
}

// With a fixed deviation the beta-VAE is the rate-distortion autoencoder R + lambda |x - y|^2 of
// lambda = 1 / (2 sigma^2 beta), up to the factor beta: the gradients are proportional.
TEST(RateDistortion, TheBetaVaeIsARateDistortionAutoencoder) {
  torch::manual_seed(6);
  const double beta = 3, sigma = 0.4;
  Vae vae({.latents = 2,
           .hidden = {4},
           .pixels = "grey",
           .observation = {.likelihood = "gaussian", .deviation = "fixed", .sigma = sigma},
           .beta = beta},
          {1, 3, 2});
  vae.to(torch::kFloat64);
  const Batch batch{.images = torch::rand({5, 1, 3, 2}, torch::kFloat64), .labels = {}};
  auto rng = make_rng(7, 0), again = make_rng(7, 0);
  vae.loss(batch, rng).total.backward();
  std::vector<torch::Tensor> gradients;
  for (const auto& parameter : vae.parameters()) gradients.push_back(parameter.grad().clone());
  vae.zero_grad();
  const auto q = vae.posterior(batch.images);
  const auto output = vae.likelihood(q.sample(again)).output;
  const auto squared = sum_events((output - batch.images).square());
  (kl_to_standard_normal(q) + squared / (2 * sigma * sigma * beta)).mean().backward();
  for (std::size_t i = 0; i < gradients.size(); ++i)
    EXPECT_TRUE(
        torch::allclose(gradients[i], beta * vae.parameters()[i].grad(), /*rtol=*/1e-5, 1e-9));
}

// Random tables Pop(y) and Q(z|y), 8 symbols each.
struct Tables {
  torch::Tensor pop, q;  // (8), (8 y,8 z)

  torch::Tensor joint() const { return pop.unsqueeze(1) * q; }
  torch::Tensor aggregate() const { return joint().sum(0); }
  static double sum(const torch::Tensor& x) { return x.nan_to_num(0).sum().item<double>(); }
  double entropy() const { return -sum(pop * pop.log()); }
  double information() const { return sum(joint() * (q / aggregate()).log()); }
  // D of the best decoder P*(y|z) = Pop Q / P*(z).
  double distortion() const { return -sum(joint() * (joint() / aggregate()).log()); }
  double rate(const torch::Tensor& prior) const { return sum(joint() * (q / prior).log()); }
};

Tables random_tables(std::int64_t seed, double sharpness) {
  torch::manual_seed(static_cast<std::uint64_t>(seed));
  return {torch::randn({8}, torch::kFloat64).softmax(0),
          (sharpness * torch::randn({8, 8}, torch::kFloat64)).softmax(1)};
}

// The bound is H(y) for every Q where prior and decoder are the best for it: what z tells of y is
// not determined, from nothing to all.
TEST(RateDistortion, TheBoundDoesNotDetermineTheInformation) {
  for (std::int64_t seed = 0; seed < 5; ++seed) {
    auto tables = random_tables(seed, 0.5 + static_cast<double>(seed));
    const double h = tables.entropy();
    for (int kind = 0; kind < 3; ++kind) {
      if (kind == 1) tables.q = torch::full({8, 8}, 0.125, torch::kFloat64);
      if (kind == 2) tables.q = torch::eye(8, torch::kFloat64);
      EXPECT_NEAR(tables.rate(tables.aggregate()) + tables.distortion(), h, 1e-12);
      EXPECT_GE(tables.information(), -1e-12);
      EXPECT_LE(tables.information(), h + 1e-12);
      if (kind > 0) {
        EXPECT_NEAR(tables.information(), kind == 1 ? 0 : h, 1e-12);
      }
      // beta R + D = H + (beta - 1) I: no information where beta > 1, all of it where beta < 1.
      for (const double beta : {0.5, 2.0})
        EXPECT_NEAR(beta * tables.rate(tables.aggregate()) + tables.distortion(),
                    h + (beta - 1) * tables.information(), 1e-12);
    }
  }
}

// R - I = KL[aggregate || p], and H - D <= R for any prior.
TEST(RateDistortion, RateExceedsInformationByThePriorsMismatch) {
  for (std::int64_t seed = 0; seed < 5; ++seed) {
    const auto tables = random_tables(seed, 2);
    const auto prior = torch::randn({8}, torch::kFloat64).softmax(0);
    const auto aggregate = tables.aggregate();
    const double mismatch = Tables::sum(aggregate * (aggregate / prior).log());
    EXPECT_NEAR(tables.rate(prior) - tables.information(), mismatch, 1e-12);
    EXPECT_GE(mismatch, 0);
    EXPECT_LE(tables.entropy() - tables.distortion(), tables.rate(prior));
  }
}

// The same of the figures, where the posteriors are Gaussian.
TEST(RateDistortion, FiguresHaveMoreRateThanInformation) {
  auto rng = make_rng(8, 0);
  const auto x = torch::randn({2000, 1}, rng, torch::kFloat64);
  const DiagonalGaussian q{2 * x + 1, torch::full({2000, 1}, std::log(0.3), torch::kFloat64)};
  RateDistortion tally;
  tally.add(q, q.sample(rng), torch::zeros({2000}));
  const auto figures = tally.figures();
  EXPECT_EQ(figures[0].name, "rate");
  EXPECT_EQ(figures[4].name, "information");
  // Aggregate N(1, 4 + 0.3) against N(0, 1).
  const double mismatch = 0.5 * (4.3 + 1 - 1 - std::log(4.3));
  EXPECT_NEAR(figures[0].value - figures[4].value, mismatch, 0.3);
  EXPECT_GT(figures[0].value, figures[4].value);
}

}  // namespace
}  // namespace vqcodec::models
