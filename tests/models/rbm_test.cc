#include "models/generative/rbm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "entropy/error.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kVisible = 4, kHidden = 3;

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

torch::Tensor states(std::int64_t n) {
  return torch::cartesian_prod(
             std::vector<torch::Tensor>(static_cast<std::size_t>(n),
                                        torch::tensor({0.0, 1.0}, torch::kFloat64)))
      .view({-1, n});
}

// -E(v,h) of every pair, (2^D,2^H).
torch::Tensor minus_energies(const Rbm& rbm) {
  const auto v = states(kVisible), h = states(kHidden);
  std::vector<torch::Tensor> columns;
  for (std::int64_t j = 0; j < h.size(0); ++j)
    columns.push_back(-rbm.energy(v, h[j].expand({v.size(0), kHidden})));
  return torch::stack(columns, 1);
}

torch::Tensor probabilities(const Rbm& rbm) {  // of every v
  return (-rbm.free_energy(states(kVisible)) - rbm.exact_log_partition()).exp().detach();
}

TEST(Rbm, FreeEnergyAndPartitionFunctionAreTheEnumeratedSums) {
  const auto rbm = small_rbm({});
  const auto all = minus_energies(rbm);
  EXPECT_TRUE(torch::allclose(-rbm.free_energy(states(kVisible)), all.logsumexp(1)));
  EXPECT_NEAR(rbm.exact_log_partition(), all.flatten().logsumexp(0).item<double>(), 1e-10);
  EXPECT_NEAR(probabilities(rbm).sum().item<double>(), 1, 1e-10);
}

TEST(Rbm, TheSmallerSideIsEnumerated) {
  torch::manual_seed(12);
  const Rbm wide({.hidden = 30}, {1, 2, 2});  // visible units are fewer
  const auto v = states(4).to(torch::kFloat32);
  EXPECT_NEAR(wide.exact_log_partition(), (-wide.free_energy(v)).logsumexp(0).item<double>(), 1e-4);
  const Rbm large({.hidden = 30}, {1, 5, 5});
  EXPECT_THROW(large.exact_log_partition(), Error);
}

TEST(Rbm, ConditionalsAreThoseOfTheJointDistribution) {
  const auto rbm = small_rbm({});
  const auto joint = minus_energies(rbm).softmax(1);  // p(h|v), (16,8)
  const auto h = states(kHidden), v = states(kVisible);
  EXPECT_TRUE(torch::allclose(torch::matmul(joint, h), torch::sigmoid(rbm.hidden_logits(v))));
  const auto other = minus_energies(rbm).softmax(0);  // p(v|h)
  EXPECT_TRUE(torch::allclose(torch::matmul(other.t(), v), torch::sigmoid(rbm.visible_logits(h))));
}

// Chains that start in the model's distribution stay in it: chi-square with 15 degrees of freedom,
// of mean 15 and deviation 5.5.
TEST(Rbm, GibbsSamplingLeavesTheDistributionAsItIs) {
  const auto rbm = small_rbm({});
  auto rng = make_rng(13, 0);
  const auto p = probabilities(rbm);
  constexpr std::int64_t kChains = 40000;
  const auto start = states(kVisible).index_select(0, torch::multinomial(p, kChains, true, rng));
  const auto end = rbm.gibbs(start, 3, rng);
  const auto number = torch::matmul(end, torch::tensor({8.0, 4.0, 2.0, 1.0}, torch::kFloat64));
  const auto counts = torch::bincount(number.to(torch::kInt64), {}, 16).to(torch::kFloat64);
  const auto expected = p * kChains;
  EXPECT_LT(((counts - expected).square() / expected).sum().item<double>(), 15 + 5 * 5.5);
}

// The gradient of the loss is that of minus the log-likelihood once the chains are the model's.
TEST(Rbm, TheGradientOfLongChainsIsThatOfTheLikelihood) {
  auto rbm = small_rbm({.sweeps = 60, .learner = "cd"});
  auto rng = make_rng(14, 0);
  const auto data = states(kVisible).slice(0, 3, 9);
  const Batch batch{.images = data.repeat({200, 1}).view({-1, 1, 2, 2}), .labels = {}};
  std::vector<torch::Tensor> drawn;
  for (int i = 0; i < 60; ++i) {
    rbm.zero_grad();
    rbm.loss(batch, rng).total.backward();
    drawn.push_back(rbm.named_parameters()["weights"].grad().clone());
  }
  const auto samples = torch::stack(drawn);  // (60,D,H)
  const auto likelihood = [&] {
    torch::NoGradGuard no_grad;
    return rbm.free_energy(data).mean().item<double>() + rbm.exact_log_partition();
  };
  torch::NoGradGuard no_grad;
  auto weights = rbm.named_parameters()["weights"];
  for (std::int64_t i = 0; i < kVisible; ++i)
    for (std::int64_t j = 0; j < kHidden; ++j) {
      const double h = 1e-5, value = weights[i][j].item<double>();
      weights[i][j] = value + h;
      const double above = likelihood();
      weights[i][j] = value - h;
      const double below = likelihood();
      weights[i][j] = value;
      expect_mean(samples.select(1, i).select(1, j), (above - below) / (2 * h), 0.004);
    }
}

TEST(Rbm, PersistentChainsGoOnAndDataChainsDoNot) {
  const Batch batch{.images = torch::zeros({5, 1, 2, 2}, torch::kFloat64), .labels = {}};
  for (const char* learner : {"pcd", "cd"}) {
    auto rbm = small_rbm({.learner = learner, .chains = 50});
    auto rng = make_rng(15, 0);
    const auto before = rbm.named_buffers()["chain"].clone();
    rbm.loss(batch, rng);
    EXPECT_EQ(torch::equal(before, rbm.named_buffers()["chain"]), std::string(learner) == "cd");
  }
}

// Salakhutdinov and Murray 2008: E[Z^] = Z, and log Z^ is low in the mean.
TEST(AnnealedImportance, MeanOfTheWeightsIsThePartitionFunction) {
  const auto rbm = small_rbm({});
  auto rng = make_rng(16, 0);
  const double truth = rbm.exact_log_partition();
  const auto few = anneal(rbm.annealing_path(), {.temperatures = 5, .chains = 20000}, rng);
  expect_mean((few.log_weights - truth).exp(), 1, 0.03);
  EXPECT_LT(few.log_weights.mean().item<double>(), truth);
  const auto many = anneal(rbm.annealing_path(), {.temperatures = 500, .chains = 500}, rng);
  EXPECT_NEAR(many.value, truth, 0.05);
  EXPECT_LT(many.standard_error, 0.02);
  EXPECT_LT(many.log_weights.var().item<double>(), few.log_weights.var().item<double>());
}

TEST(Rbm, ItsScoreSaysHowThePartitionFunctionWasFound) {
  auto rng = make_rng(17, 0);
  auto small = small_rbm({});
  const Batch batch{.images = states(kVisible).view({-1, 1, 2, 2}), .labels = {}};
  const auto exact = small.log_prob(batch, {}, rng);
  EXPECT_EQ(exact.kind, EstimateKind::kExact);
  EXPECT_NEAR(exact.per_example.exp().sum().item<double>(), 1, 1e-10);
  Rbm large({.hidden = 21, .temperatures = 10, .chains = 5}, {1, 5, 5});
  const Batch zeros{.images = torch::zeros({2, 1, 5, 5}), .labels = {}};
  EXPECT_EQ(large.log_prob(zeros, {}, rng).kind, EstimateKind::kUnbounded);
}

}  // namespace
}  // namespace vqcodec::models
