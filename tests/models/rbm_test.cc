#include "models/generative/rbm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "entropy/error.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kVisible = 4, kHidden = 3;
const auto kDouble = torch::TensorOptions(torch::kFloat64);

// Weights large enough that units depend on each other.
Rbm small_rbm(RbmOptions options) {
  torch::manual_seed(11);
  options.hidden = kHidden;
  Rbm rbm(options, {1, 2, 2});
  torch::NoGradGuard no_grad;
  for (auto& parameter : rbm.parameters()) parameter.copy_(torch::randn_like(parameter));
  rbm.to(torch::kFloat64);
  return rbm;
}

torch::Tensor data() { return all_states(kVisible, kDouble).slice(0, 3, 9); }

Batch many_of_the_data() {
  return {.images = data().repeat({200, 1}).view({-1, 1, 2, 2}), .labels = {}};
}

double negative_log_likelihood(const Rbm& rbm) {
  torch::NoGradGuard no_grad;
  const auto model = rbm.distribution();
  return (model.free_energy(data()).mean() + model.log_partition()).item<double>();
}

// By central differences, (D,H).
torch::Tensor likelihood_gradient(Rbm& rbm) {
  torch::NoGradGuard no_grad;
  auto weights = rbm.named_parameters()["weights"];
  auto gradient = torch::zeros_like(weights);
  for (std::int64_t i = 0; i < kVisible; ++i)
    for (std::int64_t j = 0; j < kHidden; ++j) {
      const double h = 1e-5, value = weights[i][j].item<double>();
      weights[i][j] = value + h;
      const double above = negative_log_likelihood(rbm);
      weights[i][j] = value - h;
      const double below = negative_log_likelihood(rbm);
      weights[i][j] = value;
      gradient[i][j] = (above - below) / (2 * h);
    }
  return gradient;
}

// Gradients of the loss, one after another, (count,D,H).
torch::Tensor drawn_gradients(Rbm& rbm, int count) {
  auto rng = make_rng(14, 0);
  std::vector<torch::Tensor> drawn;
  for (int i = 0; i < count; ++i) {
    rbm.zero_grad();
    rbm.loss(many_of_the_data(), rng).total.backward();
    drawn.push_back(rbm.named_parameters()["weights"].grad().clone());
  }
  return torch::stack(drawn);
}

TEST(Rbm, TheExactLearnersGradientIsTheTwoPhaseRule) {
  auto rbm = small_rbm({.learner = "exact"});
  const auto gradient = drawn_gradients(rbm, 1)[0];
  EXPECT_LT((gradient - likelihood_gradient(rbm)).abs().max().item<double>(), 1e-8);
  // -dlog p/dW = <v h>_model - <v h>_data.
  const auto model = rbm.distribution();
  const auto v = all_states(kVisible, kDouble);
  const auto p = (-model.free_energy(v) - model.log_partition()).exp();
  const auto statistics = [&](const torch::Tensor& states, const torch::Tensor& weight) {
    return torch::matmul((weight.unsqueeze(1) * states).t(),
                         torch::sigmoid(model.hidden_logits(states)));
  };
  const auto expected = statistics(v, p) - statistics(data(), torch::full({6}, 1.0 / 6, kDouble));
  EXPECT_LT((gradient - expected).abs().max().item<double>(), 1e-12);
}

// The gradient of the loss is that of minus the log-likelihood once the chains are the model's.
TEST(Rbm, TheGradientOfLongChainsIsThatOfTheLikelihood) {
  for (const auto& [learner, sweeps] : {std::pair{"cd", 40}, {"pcd", 15}, {"tempering", 3}}) {
    auto rbm = small_rbm({.sweeps = sweeps, .learner = learner, .rungs = 3, .chains = 1000});
    drawn_gradients(rbm, 5);  // persistent chains forget their start
    const auto samples = drawn_gradients(rbm, 60);
    const auto truth = likelihood_gradient(rbm);
    for (std::int64_t i = 0; i < kVisible; ++i)
      for (std::int64_t j = 0; j < kHidden; ++j)
        expect_mean(samples.select(1, i).select(1, j), truth[i][j].item<double>(), 0.005);
  }
}

// Contrastive divergence is biased, the less the longer its chains.
TEST(Rbm, TheBiasOfContrastiveDivergenceFallsWithItsSweeps) {
  const auto bias_of = [](std::int64_t sweeps) {
    auto rbm = small_rbm({.sweeps = sweeps, .learner = "cd"});
    torch::NoGradGuard no_grad;
    for (auto& parameter : rbm.parameters()) parameter.mul_(2);  // chains forget slowly
    const torch::AutoGradMode with_gradients(true);
    return (drawn_gradients(rbm, 40).mean(0) - likelihood_gradient(rbm)).norm().item<double>();
  };
  EXPECT_GT(bias_of(1), 3 * bias_of(40));
}

TEST(Rbm, PersistentChainsGoOnAndDataChainsDoNot) {
  const Batch batch{.images = torch::zeros({5, 1, 2, 2}, torch::kFloat64), .labels = {}};
  for (const char* learner : {"pcd", "cd", "tempering"}) {
    auto rbm = small_rbm({.learner = learner, .chains = 50});
    auto rng = make_rng(15, 0);
    const auto before = rbm.named_buffers()["chain"].clone();
    rbm.loss(batch, rng);
    EXPECT_EQ(torch::equal(before, rbm.named_buffers()["chain"]), std::string(learner) == "cd");
  }
}

TEST(Rbm, ItsScoreSaysHowThePartitionFunctionWasFound) {
  auto rng = make_rng(17, 0);
  auto small = small_rbm({});
  const Batch batch{.images = all_states(kVisible, kDouble).view({-1, 1, 2, 2}), .labels = {}};
  const auto exact = small.log_prob(batch, {}, rng);
  EXPECT_EQ(exact.kind, EstimateKind::kExact);
  EXPECT_NEAR(exact.per_example.exp().sum().item<double>(), 1, 1e-10);
  Rbm large({.hidden = 21, .temperatures = 10, .chains = 5}, {1, 5, 5});
  const Batch zeros{.images = torch::zeros({2, 1, 5, 5}), .labels = {}};
  EXPECT_EQ(large.log_prob(zeros, {}, rng).kind, EstimateKind::kUnbounded);
  const auto figures = large.figures(zeros, {}, rng);
  EXPECT_EQ(figures[2].name, "log_partition");
  EXPECT_EQ(figures[3].name, "log_partition_reverse");
}

TEST(Rbm, WhatCannotBeEnumeratedIsNotLearntExactly) {
  EXPECT_THROW(Rbm({.hidden = 21, .learner = "exact"}, {1, 5, 5}), Error);
}

TEST(Rbm, BeginsWithTheFrequenciesOfThePictures) {
  auto rbm = small_rbm({});
  auto rng = make_rng(19, 0);
  rbm.begin_step({.step = 0, .steps = 8});
  rbm.loss({.images = torch::ones({5, 1, 2, 2}, kDouble), .labels = {}}, rng);
  const auto begun = torch::full({4}, std::log(99.0), kDouble);  // of 0.99, the most
  EXPECT_TRUE(torch::allclose(rbm.distribution().visible_bias, begun));
  rbm.begin_step({.step = 1, .steps = 8});
  rbm.loss({.images = torch::zeros({5, 1, 2, 2}, kDouble), .labels = {}}, rng);
  EXPECT_TRUE(torch::allclose(rbm.distribution().visible_bias, begun));
}

// The annealing's base is the independent model of the training pictures' frequencies.
TEST(Rbm, TheBaseRateModelFollowsTheData) {
  auto rbm = small_rbm({.chains = 5});
  auto rng = make_rng(18, 0);
  for (int step = 0; step < 3; ++step) rbm.loss(many_of_the_data(), rng);
  const auto drawn = rbm.annealing_path().draw_base(200000, rng).mean(0);
  EXPECT_LT((drawn - data().mean(0).clamp(0.01, 0.99)).abs().max().item<double>(), 0.01);
}

}  // namespace
}  // namespace vqcodec::models
