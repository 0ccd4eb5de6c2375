#include "models/generative/deep_belief_network.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/distributions.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);
const PictureShape kFourPixels{1, 2, 2};

DeepBeliefNetwork small_network(DeepBeliefNetworkOptions options) {
  torch::manual_seed(41);
  DeepBeliefNetwork network(options, kFourPixels);
  torch::NoGradGuard no_grad;
  for (auto& parameter : network.parameters()) parameter.copy_(torch::randn_like(parameter));
  network.to(torch::kFloat64);
  return network;
}

torch::Tensor pixels() { return all_states(4, kDouble); }

Batch all_pictures() { return {.images = pixels().view({16, 1, 2, 2}), .labels = {}}; }

// log p(v|h) or log q(h|v) of every pair, (given, event).
torch::Tensor log_conditional(const torch::Tensor& logits, const torch::Tensor& events) {
  return torch::matmul(logits, events.t()) - torch::softplus(logits).sum(1, /*keepdim=*/true);
}

// Of two machines over 4, H and K units: (16,2^H) log p(v|h1) + log p_top(h1).
torch::Tensor log_joint(const DeepBeliefNetwork& network) {
  const auto below = network.machine(0), top = network.machine(1);
  const auto h = all_states(below.weights.size(1), kDouble);
  const auto of_h = -top.free_energy(h) - top.log_partition();
  return log_conditional(below.visible_logits(h), pixels()).t() + of_h;
}

// E_q[log p(v,h1) - log q(h1|v)], (16).
torch::Tensor enumerated_bound(const DeepBeliefNetwork& network) {
  const auto below = network.machine(0);
  const auto log_q =
      log_conditional(below.hidden_logits(pixels()), all_states(below.weights.size(1), kDouble));
  return (log_q.exp() * (log_joint(network) - log_q)).sum(1);
}

// At the first step of the second stage of two.
constexpr Progress kSecondBegins{.step = 5, .steps = 10};

// With the second machine the first turned over, the network is the one machine alone.
TEST(DeepBeliefNetwork, TiedToTheMachineBelowItIsThatMachine) {
  auto network = small_network({.hidden = {3, 4}});
  network.begin_step(kSecondBegins);
  const auto below = network.machine(0);
  const auto alone = -below.free_energy(pixels()) - below.log_partition();
  EXPECT_LT((log_joint(network).logsumexp(1) - alone).abs().max().item<double>(), 1e-12);
  EXPECT_LT((enumerated_bound(network) - alone).abs().max().item<double>(), 1e-12);  // and tight
}

// Each step that betters the top machine on q(h1|v) raises the bound, which stays below log p(v).
TEST(DeepBeliefNetwork, AGreedyStepDoesNotLowerTheBound) {
  auto network = small_network({.hidden = {3, 4}});
  network.begin_step(kSecondBegins);
  const auto below = network.machine(0), top = network.machine(1);
  const auto h = all_states(3, kDouble);
  const auto v = pixels().slice(0, 2, 7);
  const auto q = log_conditional(below.hidden_logits(v), h).exp().mean(0).detach();
  const auto mean_bound = [&] {
    return enumerated_bound(network).slice(0, 2, 7).mean().item<double>();
  };
  double last = mean_bound();
  for (int step = 0; step < 30; ++step) {
    const auto nll = (q * top.free_energy(h)).sum() + top.log_partition();
    const std::vector<torch::Tensor> own = {top.weights, top.visible_bias, top.hidden_bias};
    const auto gradients = torch::autograd::grad({nll}, own);
    torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < own.size(); ++i) own[i].add_(gradients[i], -0.05);
    const double now = mean_bound();
    EXPECT_GT(now, last);
    last = now;
  }
  const auto slack = log_joint(network).logsumexp(1) - enumerated_bound(network);
  EXPECT_GT(slack.min().item<double>(), 0);
}

TEST(DeepBeliefNetwork, WeightsHaveTheEvidenceAndTheBoundAsMeans) {
  auto network = small_network({.hidden = {3, 4}});
  auto rng = make_rng(42, 0);
  torch::NoGradGuard no_grad;
  for (auto& parameter : network.parameters()) parameter.mul_(0.5);  // no draw outweighs all others
  const auto log_z = network.machine(1).log_partition();
  const auto log_w = network.log_weights(all_pictures().images, 40000, rng) - log_z;
  const auto evidence = log_joint(network).logsumexp(1), bound = enumerated_bound(network);
  for (std::int64_t n = 0; n < 16; n += 5) {
    expect_mean(log_w.select(1, n), bound[n].item<double>(), 0.02);
    expect_mean((log_w.select(1, n) - evidence[n]).exp(), 1, 0.05);
  }
}

// Three machines: the layers between are drawn on the way up.
TEST(DeepBeliefNetwork, DeeperWeightsSumToOneOverAllPictures) {
  auto network = small_network({.hidden = {3, 2, 3}});
  auto rng = make_rng(43, 0);
  torch::NoGradGuard no_grad;
  const auto log_z = network.machine(2).log_partition();
  const auto log_w = network.log_weights(all_pictures().images, 20000, rng) - log_z;
  expect_mean(log_w.exp().sum(1), 1, 0.02);
}

TEST(DeepBeliefNetwork, DrawsHaveTheEnumeratedProbabilities) {
  auto network = small_network({.hidden = {4, 4}});
  auto rng = make_rng(44, 0);
  torch::NoGradGuard no_grad;
  constexpr std::int64_t kDraws = 3000;
  const auto drawn = network.sample(kDraws, {}, rng).flatten(1).to(torch::kFloat64);
  const auto number = torch::matmul(drawn, torch::tensor({1.0, 2.0, 4.0, 8.0}, kDouble));
  const auto counts = torch::bincount(number.to(torch::kInt64), {}, 16).to(torch::kFloat64);
  const auto expected = log_joint(network).logsumexp(1).exp() * kDraws;
  // Chi-square of 15 degrees of freedom.
  EXPECT_LT(((counts - expected).square() / expected).sum().item<double>(), 15 + 5 * 5.5);
}

TEST(DeepBeliefNetwork, EachStageTrainsItsMachineAlone) {
  auto network = small_network({.hidden = {3, 2}, .chains = 10});
  for (const std::int64_t stage : {0, 1}) {
    network.begin_step({.step = 5 * stage + 1, .steps = 10});
    network.zero_grad();
    auto rng = make_rng(45, 0);
    network.loss(all_pictures(), rng).total.backward();
    for (const std::int64_t level : {0, 1}) {
      const auto gradient = network.machine(level).weights.grad();
      const bool trained = gradient.defined() && gradient.abs().sum().item<double>() > 0;
      EXPECT_EQ(trained, level == stage) << stage << " " << level;
    }
  }
}

TEST(DeepBeliefNetwork, FreshMachinesBeginWithTheFrequenciesOfTheirData) {
  auto network = small_network({.hidden = {3, 2}});
  auto rng = make_rng(48, 0);
  const Batch ones{.images = torch::ones({5, 1, 2, 2}, kDouble), .labels = {}};
  network.begin_step({.step = 0, .steps = 10});
  network.loss(ones, rng);
  const auto begun = torch::full({4}, std::log(99.0), kDouble);  // of 0.99, the most
  EXPECT_TRUE(torch::allclose(network.machine(0).visible_bias, begun));
  network.begin_step({.step = 1, .steps = 10});
  network.loss({.images = 1 - ones.images, .labels = {}}, rng);
  EXPECT_TRUE(torch::allclose(network.machine(0).visible_bias, begun));
}

// Of what the top machine is trained on: draws of the layer below given the pictures.
TEST(DeepBeliefNetwork, TheSecondStageLearnsFromDrawsOfTheFirstLayer) {
  auto network = small_network({.hidden = {3, 2}, .chains = 4000});
  network.begin_step({.step = 6, .steps = 10});
  auto rng = make_rng(46, 0);
  const Batch batch{.images = all_pictures().images.repeat({200, 1, 1, 1}), .labels = {}};
  std::vector<torch::Tensor> drawn;
  for (int i = 0; i < 45; ++i) {
    network.zero_grad();
    network.loss(batch, rng).total.backward();
    if (i >= 5) drawn.push_back(network.machine(1).visible_bias.grad().clone());
  }
  // -dlog p/db = <h1>_model - <h1>_data.
  torch::NoGradGuard no_grad;
  const auto top = network.machine(1);
  const auto h = all_states(3, kDouble);
  const auto p = (-top.free_energy(h) - top.log_partition()).exp();
  const auto truth =
      torch::matmul(p, h) - torch::sigmoid(network.machine(0).hidden_logits(pixels())).mean(0);
  const auto samples = torch::stack(drawn);
  for (std::int64_t i = 0; i < 3; ++i)
    expect_mean(samples.select(1, i), truth[i].item<double>(), 0.005);
}

TEST(DeepBeliefNetwork, ItsScoreIsABoundWhereThePartitionFunctionIsExact) {
  auto network = small_network({.hidden = {3, 2}});
  auto rng = make_rng(47, 0);
  const auto estimate = network.log_prob(all_pictures(), {.samples = 1}, rng);
  EXPECT_EQ(estimate.kind, EstimateKind::kLowerBound);
  DeepBeliefNetwork large({.hidden = {21, 21}, .chains = 5, .temperatures = 5}, kFourPixels);
  const Batch zeros{.images = torch::zeros({2, 1, 2, 2}), .labels = {}};
  const auto figures = large.figures(zeros, {.samples = 3}, rng);
  ASSERT_EQ(figures.size(), 5u);
  EXPECT_EQ(figures[2].name, "negative_elbo");
  EXPECT_EQ(figures[4].name, "log_partition_reverse");
  EXPECT_NE(figures[0].estimator.find("no bound"), std::string::npos);
}

TEST(TrainingStages, AreEqualPartsWhoseRatesFall) {
  TrainingStages stages{.count = 3};
  std::int64_t beginnings = 0, last = 0;
  for (std::int64_t step = 0; step < 300; ++step) {
    stages.advance({.step = step, .steps = 300});
    beginnings += stages.begins ? 1 : 0;
    EXPECT_GE(stages.current, last);
    last = stages.current;
    if (step % 100 < 50) {
      EXPECT_EQ(stages.rate_factor, 1);
    }
    if (step % 100 == 99) {
      EXPECT_NEAR(stages.rate_factor, 0.02, 0.003);
    }
  }
  EXPECT_EQ(last, 2);
  EXPECT_EQ(beginnings, 3);
}

}  // namespace
}  // namespace vqcodec::models
