#include "models/boltzmann.h"

#include <gtest/gtest.h>

#include <cmath>

#include "entropy/error.h"
#include "models/parallel_tempering.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);
constexpr std::int64_t kVisible = 4, kHidden = 3, kUnits = 5;

// Weights large enough that units depend on each other.
RestrictedBoltzmann restricted() {
  torch::manual_seed(11);
  return {torch::randn({kVisible, kHidden}, kDouble), torch::randn({kVisible}, kDouble),
          torch::randn({kHidden}, kDouble)};
}

Boltzmann general(double temperature = 1) {
  torch::manual_seed(12);
  const auto above = torch::randn({kUnits, kUnits}, kDouble).triu(1);
  return {above + above.t(), torch::randn({kUnits}, kDouble), temperature};
}

// -E(v,h) of every pair, (2^D,2^H).
torch::Tensor minus_energies(const RestrictedBoltzmann& model) {
  const auto v = all_states(kVisible, kDouble), h = all_states(kHidden, kDouble);
  std::vector<torch::Tensor> columns;
  for (std::int64_t j = 0; j < h.size(0); ++j)
    columns.push_back(-model.energy(v, h[j].expand({v.size(0), kHidden})));
  return torch::stack(columns, 1);
}

torch::Tensor probabilities(const RestrictedBoltzmann& model) {  // of every v
  return (-model.free_energy(all_states(kVisible, kDouble)) - model.log_partition()).exp();
}

torch::Tensor probabilities(const Boltzmann& model) {  // of every s
  return (-model.energy(all_states(kUnits, kDouble)) / model.temperature - model.log_partition())
      .exp();
}

// Counts of the states' numbers against their probabilities: mean n - 1, deviation sqrt(2 (n - 1)).
void expect_frequencies(const torch::Tensor& states, const torch::Tensor& p) {
  const auto powers = torch::pow(2, torch::arange(states.size(1), kDouble));
  const auto number = torch::matmul(states, powers).to(torch::kInt64);
  const auto counts = torch::bincount(number, {}, p.size(0)).to(torch::kFloat64);
  const auto expected = p * static_cast<double>(states.size(0));
  const auto freedom = static_cast<double>(p.size(0) - 1);
  EXPECT_LT(((counts - expected).square() / expected).sum().item<double>(),
            freedom + 5 * std::sqrt(2 * freedom));
}

void expect_same(const torch::Tensor& a, const torch::Tensor& b, double within) {
  EXPECT_LT((a - b).abs().max().item<double>(), within);
}

TEST(AllStates, AreTheNumbersInBits) {
  const auto states = all_states(3, kDouble);
  const auto powers = torch::tensor({1.0, 2.0, 4.0}, kDouble);
  EXPECT_TRUE(torch::equal(torch::matmul(states, powers), torch::arange(8, kDouble)));
}

TEST(RestrictedBoltzmann, FreeEnergyAndPartitionFunctionAreTheEnumeratedSums) {
  const auto model = restricted();
  const auto all = minus_energies(model);
  expect_same(-model.free_energy(all_states(kVisible, kDouble)), all.logsumexp(1), 1e-12);
  expect_same(model.log_partition(), all.flatten().logsumexp(0), 1e-12);
  EXPECT_NEAR(probabilities(model).sum().item<double>(), 1, 1e-12);
}

TEST(RestrictedBoltzmann, EitherSideIsEnumeratedToTheSameSum) {
  const auto model = restricted();  // 3 hidden units are fewer
  const RestrictedBoltzmann turned{model.weights.t(), model.hidden_bias, model.visible_bias};
  expect_same(model.log_partition(), turned.log_partition(), 1e-12);
  const RestrictedBoltzmann large{torch::zeros({25, 30}), torch::zeros({25}), torch::zeros({30})};
  EXPECT_THROW(large.log_partition(), Error);
}

TEST(RestrictedBoltzmann, ConditionalsAreThoseOfTheJointDistribution) {
  const auto model = restricted();
  const auto v = all_states(kVisible, kDouble), h = all_states(kHidden, kDouble);
  const auto given_v = minus_energies(model).softmax(1);  // p(h|v), (16,8)
  expect_same(torch::matmul(given_v, h), torch::sigmoid(model.hidden_logits(v)), 1e-12);
  const auto given_h = minus_energies(model).softmax(0);  // p(v|h)
  expect_same(torch::matmul(given_h.t(), v), torch::sigmoid(model.visible_logits(h)), 1e-12);
}

// Chains that start in the model's distribution stay in it.
TEST(RestrictedBoltzmann, GibbsSamplingLeavesTheDistributionAsItIs) {
  const auto model = restricted();
  auto rng = make_rng(13, 0);
  const auto p = probabilities(model);
  const auto start =
      all_states(kVisible, kDouble).index_select(0, torch::multinomial(p, 40000, true, rng));
  expect_frequencies(model.gibbs(start, 3, rng), p);
}

// The kernel v to h to v', by enumeration: p(v) T(v'|v) is symmetric.
TEST(RestrictedBoltzmann, ASweepIsInDetailedBalance) {
  const auto model = restricted();
  const auto joint = minus_energies(model);
  const auto kernel = torch::matmul(joint.softmax(1), joint.softmax(0).t());  // (v,v')
  const auto p = probabilities(model);
  expect_same(kernel.sum(1), torch::ones({16}, kDouble), 1e-12);
  const auto flow = p.unsqueeze(1) * kernel;
  expect_same(flow, flow.t(), 1e-12);
}

TEST(Boltzmann, EnergyCountsEachPairOnce) {
  const auto model = general();
  const auto s = all_states(kUnits, kDouble);
  auto by_pairs = torch::zeros({s.size(0)}, kDouble);
  for (std::int64_t i = 0; i < kUnits; ++i) {
    by_pairs -= model.bias[i] * s.select(1, i);
    for (std::int64_t j = 0; j < i; ++j)
      by_pairs -= model.weights[i][j] * s.select(1, i) * s.select(1, j);
  }
  expect_same(model.energy(s), by_pairs, 1e-12);
}

TEST(Boltzmann, ProbabilitiesSumToOneAndTemperatureScalesTheParameters) {
  const auto warm = general(2.5);
  const auto p = probabilities(warm);
  EXPECT_NEAR(p.sum().item<double>(), 1, 1e-12);
  const Boltzmann scaled{warm.weights / 2.5, warm.bias / 2.5};
  expect_same(probabilities(scaled), p, 1e-12);
}

TEST(Boltzmann, HiddenUnitsAreSummedOut) {
  const auto model = general(1.5);
  const auto s = all_states(kUnits, kDouble);
  const auto minus_energy = -model.energy(s) / 1.5;
  // The last two units are the slowest bits: rows of 8 visible states each.
  const auto expected = minus_energy.view({4, 8}).logsumexp(0);
  expect_same(model.log_sum_over_hidden(all_states(3, kDouble)), expected, 1e-12);
  expect_same(model.log_partition(), minus_energy.logsumexp(0), 1e-12);
}

// Each site's transition matrix by enumeration: detailed balance for itself, and in turn they leave
// the distribution as it is.
TEST(Boltzmann, EachSitesUpdateIsInDetailedBalance) {
  const auto model = general(1.5);
  const auto s = all_states(kUnits, kDouble);
  const auto p = probabilities(model), on = torch::sigmoid(model.logits(s));
  auto after = p;
  for (std::int64_t i = 0; i < kUnits; ++i) {
    auto kernel = torch::zeros({32, 32}, kDouble);
    for (std::int64_t from = 0; from < 32; ++from) {
      kernel[from][from | (1 << i)] = on[from][i];
      kernel[from][from & ~(1 << i)] = 1 - on[from][i];
    }
    const auto flow = p.unsqueeze(1) * kernel;
    expect_same(flow, flow.t(), 1e-12);
    after = torch::matmul(after, kernel);
  }
  expect_same(after, p, 1e-12);
}

TEST(Boltzmann, GibbsSamplingFindsTheDistributionAndKeepsClampedUnits) {
  const auto model = general(1.5);
  auto rng = make_rng(21, 0);
  const auto noise = torch::rand({40000, kUnits}, rng, kDouble).round();
  expect_frequencies(model.gibbs(noise, 0, 40, rng), probabilities(model));
  const auto clamped = model.gibbs(noise, 3, 40, rng);
  EXPECT_TRUE(torch::equal(clamped.slice(1, 0, 3), noise.slice(1, 0, 3)));
  const auto first = torch::tensor({{1.0, 0.0, 1.0}}, kDouble);  // state 5 of the visible units
  const auto start = torch::cat({first.repeat({40000, 1}), noise.slice(1, 3)}, 1);
  const auto given = probabilities(model).view({4, 8}).select(1, 5);
  expect_frequencies(model.gibbs(start, 3, 40, rng).slice(1, 3), given / given.sum());
}

TEST(Boltzmann, SpinsAndBitsAreTheSameDistribution) {
  const auto model = general();  // its parameters are taken for those of spins
  const auto x = 2 * all_states(kUnits, kDouble) - 1;
  const auto minus_energy =
      0.5 * (torch::matmul(x, model.weights) * x).sum(1) + torch::matmul(x, model.bias);
  const auto bits = from_spins(model.weights, model.bias, 1.7);
  expect_same(probabilities(bits), (minus_energy / 1.7).softmax(0), 1e-12);
}

// Salakhutdinov and Murray 2008: E[Z^] = Z, and log Z^ is low in the mean.
TEST(AnnealedImportance, MeanOfTheWeightsIsThePartitionFunction) {
  const auto model = restricted();
  const auto path =
      model.path_from(torch::tensor({0.3, -0.2, 0.5, 0.1}, kDouble), torch::zeros({3}, kDouble));
  auto rng = make_rng(16, 0);
  const double truth = model.log_partition().item<double>();
  const auto few = anneal(path, {.temperatures = 5, .chains = 20000}, rng);
  expect_mean((few.log_weights - truth).exp(), 1, 0.03);
  EXPECT_LT(few.log_weights.mean().item<double>(), truth);
  const auto many = anneal(path, {.temperatures = 500, .chains = 500}, rng);
  EXPECT_NEAR(many.value, truth, 0.05);
  EXPECT_LT(many.standard_error, 0.02);
  EXPECT_LT(many.log_weights.var().item<double>(), few.log_weights.var().item<double>());
}

// From exact draws, E[Z / Z^] = 1, and log Z^ is high in the mean: the pair brackets log Z.
TEST(AnnealedImportance, AnnealedBackFromExactDrawsItBracketsThePartitionFunction) {
  const auto model = restricted();
  const auto path =
      model.path_from(torch::tensor({0.3, -0.2, 0.5, 0.1}, kDouble), torch::zeros({3}, kDouble));
  auto rng = make_rng(17, 0);
  const double truth = model.log_partition().item<double>();
  const auto draws =
      all_states(kVisible, kDouble)
          .index_select(0, torch::multinomial(probabilities(model), 20000, true, rng));
  const auto back = anneal_back(path, 5, draws, rng);
  expect_mean((truth - back.log_weights).exp(), 1, 0.03);
  EXPECT_GT(back.log_weights.mean().item<double>(), truth);
  EXPECT_LT(std::abs(back.value - truth), 5 * back.standard_error);
}

TEST(AnnealedImportance, IsRightForTheGeneralMachineToo) {
  const auto model = general(1.5);
  const auto path = model.path_from(torch::tensor({0.3, -0.2, 0.5, 0.1, -0.4}, kDouble));
  auto rng = make_rng(18, 0);
  const auto few = anneal(path, {.temperatures = 5, .chains = 20000}, rng);
  expect_mean((few.log_weights - model.log_partition().item<double>()).exp(), 1, 0.03);
}

// 20 hidden units over 30 visible ones, log Z by enumeration.
TEST(AnnealedImportance, IsWithinATwentiethOfANatOnTwentyHiddenUnits) {
  torch::manual_seed(19);
  const RestrictedBoltzmann model{0.3 * torch::randn({30, 20}, kDouble),
                                  0.3 * torch::randn({30}, kDouble),
                                  0.3 * torch::randn({20}, kDouble)};
  auto rng = make_rng(19, 0);
  const auto path = model.path_from(torch::zeros({30}, kDouble), torch::zeros({20}, kDouble));
  const auto annealed = anneal(path, {.temperatures = 500, .chains = 200}, rng);
  EXPECT_NEAR(annealed.value, model.log_partition().item<double>(), 0.05);
  EXPECT_LT(annealed.standard_error, 0.02);
}

// Two modes far apart: each chain alone stays in one.
TEST(ParallelTempering, CrossesBetweenModesWithoutLeavingTheDistribution) {
  const RestrictedBoltzmann model{torch::full({4, 1}, 12.0, kDouble),
                                  torch::full({4}, -6.0, kDouble),
                                  torch::full({1}, -23.5, kDouble)};
  const auto path = model.path_from(torch::zeros({4}, kDouble), torch::zeros({1}, kDouble));
  auto rng = make_rng(20, 0);
  constexpr std::int64_t kChains = 4000;
  const auto plain = model.gibbs(torch::zeros({kChains, 4}, kDouble), 60, rng);
  auto rungs = torch::zeros({8, kChains, 4}, kDouble);
  for (int sweep = 0; sweep < 60; ++sweep) rungs = tempered_sweep(path, rungs, rng);
  const auto p = probabilities(model);  // of every v; the last one has all units on
  const auto ends = rungs[-1];
  expect_mean((ends.sum(1) == 4).to(torch::kFloat64), p[15].item<double>(), 0.01);
  EXPECT_GT(p[15].item<double>(), 0.3);
  EXPECT_LT((plain.sum(1) == 4).to(torch::kFloat64).mean().item<double>(), 0.1);
}

}  // namespace
}  // namespace vqcodec::models
