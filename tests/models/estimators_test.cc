#include "models/estimators.h"

#include <gtest/gtest.h>

#include "models/distributions.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);

// p(z) = N(0,1), p(x|z) = N(w z, s^2) in two dimensions: everything about it is known.
struct LinearGaussian {
  torch::Tensor w = torch::tensor({1.2, -0.5}, kDouble);
  double noise_variance = 0.3;
  torch::Tensor x = torch::tensor({{0.8, 0.1}}, kDouble);

  double log_evidence() const {
    const auto covariance = torch::outer(w, w) + noise_variance * torch::eye(2, kDouble);
    const auto whitened = torch::matmul(torch::matmul(x, covariance.inverse()), x.t());
    return -0.5 * (whitened.item<double>() + torch::logdet(covariance).item<double>() +
                   2 * std::log(2 * M_PI));
  }
  DiagonalGaussian posterior() const {  // of z, (1,1)
    const double precision = 1 + w.dot(w).item<double>() / noise_variance;
    const auto mean = torch::matmul(x, w) / noise_variance / precision;
    return {mean.view({1, 1}), torch::full({1, 1}, -std::log(precision), kDouble)};
  }
  // (S,1) of S draws from q.
  torch::Tensor log_weights(const DiagonalGaussian& q, std::int64_t samples, Rng& rng) const {
    const DiagonalGaussian repeated{q.mean.repeat({samples, 1}),
                                    q.log_variance.repeat({samples, 1})};
    const auto z = repeated.sample(rng);
    const DiagonalGaussian likelihood{z * w,
                                      torch::full({1, 1}, std::log(noise_variance), kDouble)};
    return (likelihood.log_prob(x.expand({samples, 2})) + standard_normal_like(z).log_prob(z) -
            repeated.log_prob(z))
        .unsqueeze(1);
  }
};

TEST(Estimators, AtTheExactPosteriorEverySampleGivesTheEvidence) {
  const LinearGaussian model;
  auto rng = make_rng(3, 0);
  const auto weights = model.log_weights(model.posterior(), 50, rng);
  EXPECT_LT((weights - model.log_evidence()).abs().max().item<double>(), 1e-10);
}

// log p(x) - ELBO = KL(q || posterior), for a q that is not the posterior.
TEST(Estimators, TheGapOfTheElboIsTheDivergenceFromThePosterior) {
  const LinearGaussian model;
  const auto p = model.posterior();
  const DiagonalGaussian q{p.mean + 0.3, p.log_variance + 0.7};
  auto rng = make_rng(4, 0);
  const double ratio = std::exp(0.7);
  const double divergence = 0.5 * (ratio + 0.09 / p.log_variance.exp().item<double>() - 1 - 0.7);
  expect_mean(model.log_weights(q, 200000, rng), model.log_evidence() - divergence, 0.01);
}

// arXiv:1509.00519, theorem 1: L_k rises with k, to log p(x).
TEST(Estimators, ImportanceBoundsRiseTowardsTheEvidence) {
  const LinearGaussian model;
  const auto p = model.posterior();
  const DiagonalGaussian q{p.mean + 0.2, p.log_variance + 0.5};
  auto rng = make_rng(5, 0);
  const auto weights = model.log_weights(q, 64 * 20000, rng).view({64, 20000});
  const auto bound = [&](std::int64_t k) {
    return importance_bound(weights.view({k, -1})).view({64 / k, -1}).mean(0);  // (20000)
  };
  auto last = bound(1);
  for (const std::int64_t k : {2, 8, 64}) {
    const auto next = bound(k);
    const auto gain = next - last;
    const double error = gain.std().item<double>() / std::sqrt(20000.0);
    EXPECT_GT(gain.mean().item<double>(), 5 * error) << k;
    EXPECT_LT(next.mean().item<double>(), model.log_evidence());
    last = next;
  }
  EXPECT_NEAR(last.mean().item<double>(), model.log_evidence(), 0.01);
}

TEST(Estimators, AConstantInAllWeightsIsAConstantInTheBound) {
  torch::manual_seed(6);
  const auto weights = torch::randn({5, 7}, kDouble);
  EXPECT_TRUE(torch::allclose(importance_bound(weights + 900), importance_bound(weights) + 900));
  EXPECT_TRUE(torch::allclose(importance_bound(weights.slice(0, 0, 1)), weights[0]));
}

TEST(Estimate, StandardErrorIsThatOfTheMean) {
  Estimate estimate;
  estimate.per_example = torch::tensor({1.0, 3.0, 5.0, 7.0}, kDouble);
  EXPECT_DOUBLE_EQ(estimate.mean(), 4);
  EXPECT_NEAR(estimate.standard_error(), std::sqrt(20.0 / 3) / 2, 1e-12);
}

}  // namespace
}  // namespace vqcodec::models
