#include "models/generative/boltzmann_machine.h"

#include <gtest/gtest.h>

#include <cmath>

#include "entropy/error.h"
#include "models/generative/binary_patterns.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);

BoltzmannMachine small_machine(const BoltzmannMachineOptions& options, const PictureShape& shape) {
  torch::manual_seed(21);
  BoltzmannMachine machine(options, shape);
  torch::NoGradGuard no_grad;
  for (auto& parameter : machine.parameters()) parameter.copy_(0.7 * torch::randn_like(parameter));
  machine.to(torch::kFloat64);
  return machine;
}

Batch batch_of(const torch::Tensor& v) {  // (N,D)
  return {.images = v.view({v.size(0), 1, 1, v.size(1)}), .labels = {}};
}

torch::Tensor data() {  // four pixels
  return torch::tensor({{1.0, 1.0, 0.0, 0.0}, {0.0, 1.0, 1.0, 0.0}, {1.0, 1.0, 1.0, 1.0}}, kDouble);
}

// <s_i s_j> under weights p of states s.
torch::Tensor products(const torch::Tensor& s, const torch::Tensor& p) {
  return torch::matmul((p.unsqueeze(1) * s).t(), s);
}

// p(h|v) p_data(v) and p(v,h) over all states of `machine`'s 4 + 2 units.
struct Phases {
  torch::Tensor states, clamped, free;
};
Phases phases(const BoltzmannMachine& machine) {
  const auto model = machine.distribution();
  const auto s = all_states(6, kDouble);
  const auto minus_energy = -model.energy(s) / model.temperature;
  const auto given = minus_energy.view({4, 16}).softmax(0);  // p(h|v), (h,v)
  auto of_data = torch::zeros({16}, kDouble);
  const auto number = torch::matmul(data(), torch::tensor({1.0, 2.0, 4.0, 8.0}, kDouble));
  for (std::int64_t n = 0; n < 3; ++n) of_data[number[n].item<std::int64_t>()] += 1.0 / 3;
  return {s, (given * of_data).flatten(), minus_energy.softmax(0)};
}

// dlog p/dW_ij = (<s_i s_j>_clamped - <s_i s_j>_free) / T, each pair once.
TEST(BoltzmannMachine, TheExactGradientIsTheTwoPhaseRule) {
  auto machine = small_machine({.hidden = 2, .temperature = 1.6}, {1, 1, 4});
  auto rng = make_rng(1, 0);
  machine.loss(batch_of(data()), rng).total.backward();
  const auto [s, clamped, free] = phases(machine);
  const auto expected = (products(s, free) - products(s, clamped)) / 1.6;
  const auto gradient = machine.named_parameters()["links"].grad();
  EXPECT_LT((gradient - expected.triu(1)).abs().max().item<double>(), 1e-12);
  const auto of_bias = torch::matmul(free - clamped, s) / 1.6;
  EXPECT_LT((machine.named_parameters()["bias"].grad() - of_bias).abs().max().item<double>(),
            1e-12);
}

TEST(BoltzmannMachine, TheExactGradientIsThatOfTheLikelihood) {
  for (const char* units : {"bits", "spins"}) {
    auto machine = small_machine({.hidden = 2, .units = units}, {1, 1, 4});
    auto rng = make_rng(1, 0);
    const auto loss = [&] { return machine.loss(batch_of(data()), rng).total; };
    loss().backward();
    torch::NoGradGuard no_grad;
    for (auto& parameter : machine.parameters()) {
      const auto flat = parameter.view({-1}), gradient = parameter.grad().view({-1});
      for (std::int64_t i = 0; i < flat.numel(); i += 3) {
        const double h = 1e-5, value = flat[i].item<double>();
        flat[i] = value + h;
        const double above = loss().item<double>();
        flat[i] = value - h;
        const double below = loss().item<double>();
        flat[i] = value;
        EXPECT_NEAR(gradient[i].item<double>(), (above - below) / (2 * h), 1e-8);
      }
    }
  }
}

TEST(BoltzmannMachine, ParametersOfSpinsAreTakenAsSuch) {
  const auto bits = small_machine({.hidden = 1}, {1, 1, 4}).distribution();
  const auto spins =
      small_machine({.hidden = 1, .units = "spins", .temperature = 1.3}, {1, 1, 4}).distribution();
  const auto expected = from_spins(bits.weights, bits.bias, 1.3);
  EXPECT_TRUE(torch::equal(spins.weights, expected.weights));
  EXPECT_TRUE(torch::equal(spins.bias, expected.bias));
  EXPECT_EQ(spins.temperature, 1.3);
}

// Clamped and free chains that are long enough give the enumerated gradient in the mean.
TEST(BoltzmannMachine, SampledPhasesGiveTheExactGradientInTheMean) {
  auto machine = small_machine(
      {.hidden = 2, .learner = "gibbs", .temperature = 1.6, .sweeps = 15, .chains = 600},
      {1, 1, 4});
  const auto batch = batch_of(data().repeat({200, 1}));
  auto rng = make_rng(2, 0);
  std::vector<torch::Tensor> drawn;
  for (int i = 0; i < 60; ++i) {
    machine.zero_grad();
    machine.loss(batch, rng).total.backward();
    drawn.push_back(machine.named_parameters()["links"].grad().clone());
  }
  const auto samples = torch::stack(drawn);
  const auto [s, clamped, free] = phases(machine);
  const auto truth = (products(s, free) - products(s, clamped)) / 1.6;
  for (std::int64_t i = 0; i < 6; ++i)
    for (std::int64_t j = i + 1; j < 6; ++j)
      expect_mean(samples.select(1, i).select(1, j), truth[i][j].item<double>(), 0.004);
}

// Newton-like steps by L-BFGS on the exact likelihood.
double trained(BoltzmannMachine& machine, const std::function<torch::Tensor()>& loss,
               std::int64_t iterations) {
  torch::optim::LBFGS optimizer(machine.parameters(), torch::optim::LBFGSOptions(1.0)
                                                          .max_iter(iterations)
                                                          .tolerance_grad(1e-12)
                                                          .tolerance_change(1e-16)
                                                          .history_size(40)
                                                          .line_search_fn("strong_wolfe"));
  return optimizer
      .step([&] {
        optimizer.zero_grad();
        auto value = loss();
        value.backward();
        return value;
      })
      .item<double>();
}

// At the maximum of the likelihood the model's moments are the data's, and fully visible machines
// find the parameters that the data were made with.
TEST(BoltzmannMachine, MaximumLikelihoodRecoversPlantedParameters) {
  const auto planted = small_machine({.hidden = 0}, {1, 1, 6}).distribution();
  const auto s = all_states(6, kDouble);
  const auto p = (-planted.energy(s)).softmax(0).detach();
  torch::manual_seed(22);
  BoltzmannMachine machine({.hidden = 0}, {1, 1, 6});
  machine.to(torch::kFloat64);
  trained(
      machine,
      [&] {
        const auto model = machine.distribution();
        return (p * model.energy(s)).sum() + model.log_partition();
      },
      300);
  const auto found = machine.distribution();
  EXPECT_LT((found.weights - planted.weights).abs().max().item<double>(), 1e-4);
  EXPECT_LT((found.bias - planted.bias).abs().max().item<double>(), 1e-4);
  const auto q = (-found.energy(s)).softmax(0);
  EXPECT_LT((products(s, q) - products(s, p)).abs().max().item<double>(), 1e-6);
}

// Three bits of even parity: pairs are independent, so pairwise links alone learn nothing.
TEST(BoltzmannMachine, ParityNeedsHiddenUnits) {
  const auto v =
      torch::tensor({{0.0, 0.0, 0.0}, {0.0, 1.0, 1.0}, {1.0, 0.0, 1.0}, {1.0, 1.0, 0.0}}, kDouble);
  const auto nll_with = [&](std::int64_t hidden) {
    auto machine = small_machine({.hidden = hidden}, {1, 1, 3});
    auto rng = make_rng(3, 0);
    trained(
        machine, [&] { return machine.loss(batch_of(v), rng).total; }, 200);
    return -machine.log_prob(batch_of(v), {}, rng).mean();
  };
  EXPECT_NEAR(nll_with(0), std::log(8), 1e-6);
  EXPECT_LT(nll_with(2), std::log(4) + 0.05);
}

TEST(BoltzmannMachine, ItsScoreIsNormalizedOverAllPictures) {
  auto machine = small_machine({.hidden = 3, .temperature = 0.8}, {1, 1, 4});
  auto rng = make_rng(4, 0);
  const auto all = machine.log_prob(batch_of(all_states(4, kDouble)), {}, rng);
  EXPECT_EQ(all.kind, EstimateKind::kExact);
  EXPECT_NEAR(all.per_example.exp().sum().item<double>(), 1, 1e-12);
}

TEST(BoltzmannMachine, LargerOnesAreAnnealedAndNotLearntExactly) {
  EXPECT_THROW(BoltzmannMachine({.hidden = 9}, {1, 2, 4}), Error);
  auto machine =
      small_machine({.hidden = 9, .learner = "gibbs", .chains = 50, .temperatures = 10}, {1, 2, 4});
  auto rng = make_rng(5, 0);
  EXPECT_EQ(machine.log_prob(batch_of(torch::ones({2, 8}, kDouble)), {}, rng).kind,
            EstimateKind::kUnbounded);
}

TEST(BinaryPatterns, AreTheWholeSets) {
  EXPECT_EQ(binary_patterns("bars-and-stripes", 3).size(0), 14);
  EXPECT_EQ(binary_patterns("parity", 3).size(0), 256);
  const auto bars = binary_patterns("bars-and-stripes", 3).squeeze(1).to(kDouble) / 255;
  for (std::int64_t i = 0; i < 14; ++i) {
    const auto same_in = [&](std::int64_t d) { return bars[i].std(d, false).max().item<double>(); };
    EXPECT_EQ(std::min(same_in(0), same_in(1)), 0);
    for (std::int64_t j = 0; j < i; ++j) EXPECT_FALSE(torch::equal(bars[i], bars[j]));
  }
}

}  // namespace
}  // namespace vqcodec::models
