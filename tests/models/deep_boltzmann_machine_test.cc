#include "models/generative/deep_boltzmann_machine.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);
const PictureShape kFourPixels{1, 2, 2};

DeepBoltzmannMachine small_machine(DeepBoltzmannMachineOptions options) {
  torch::manual_seed(51);
  DeepBoltzmannMachine machine(options, kFourPixels);
  torch::NoGradGuard no_grad;
  for (auto& parameter : machine.parameters()) parameter.copy_(torch::randn_like(parameter));
  machine.to(torch::kFloat64);
  return machine;
}

torch::Tensor pixels() { return all_states(4, kDouble); }

Batch all_pictures() { return {.images = pixels().view({16, 1, 2, 2}), .labels = {}}; }

torch::Tensor parameter(const DeepBoltzmannMachine& machine, const std::string& name) {
  return machine.named_parameters()[name];
}

// log sum_h exp(-E(v,h)) of every v, (16), from the layers' own energy.
torch::Tensor log_unnormalized(const DeepBoltzmannMachine& machine,
                               const std::vector<std::int64_t>& hidden) {
  std::int64_t free = 0;
  for (const auto units : hidden) free += units;
  const auto h = all_states(free, kDouble);
  const auto b1 = parameter(machine, "bias1");
  auto first = h.slice(1, 0, hidden[0]);
  auto of_h = torch::matmul(first, b1);
  std::int64_t from = hidden[0];
  for (std::size_t l = 1; l < hidden.size(); ++l) {
    const auto number = std::to_string(l);
    const auto below = h.slice(1, from - hidden[l - 1], from);
    const auto above = h.slice(1, from, from + hidden[l]);
    of_h = of_h + (torch::matmul(below, parameter(machine, "weights" + number)) * above).sum(1) +
           torch::matmul(above, parameter(machine, "bias" + std::to_string(l + 1)));
    from += hidden[l];
  }
  const auto v = pixels();
  const auto between = torch::matmul(torch::matmul(v, parameter(machine, "weights0")), first.t());
  return (between + of_h).logsumexp(1) + torch::matmul(v, parameter(machine, "bias0"));
}

TEST(DeepBoltzmannMachine, ByParityItIsARestrictedMachine) {
  for (const auto& hidden : {std::vector<std::int64_t>{3, 3}, {3, 2, 2}, {2, 3, 2, 2}, {3}}) {
    const auto machine = small_machine({.hidden = hidden});
    const auto enumerated = log_unnormalized(machine, hidden).logsumexp(0).item<double>();
    EXPECT_NEAR(machine.by_parity().log_partition().item<double>(), enumerated, 1e-10);
  }
}

TEST(DeepBoltzmannMachine, MeanFieldBoundsTheLikelihoodAndRisesWithEachSweep) {
  for (const auto& hidden : {std::vector<std::int64_t>{3, 3}, {3, 2, 2}}) {
    const auto machine = small_machine({.hidden = hidden});
    torch::NoGradGuard no_grad;
    const auto truth = log_unnormalized(machine, hidden);
    auto last = torch::full({16}, -1e9, kDouble);
    for (const std::int64_t sweeps : {1, 2, 3, 5, 10, 100}) {
      const auto bound = machine.bound(pixels(), machine.mean_field(pixels(), sweeps, 0));
      EXPECT_GE((bound - last).min().item<double>(), -1e-12) << sweeps;
      EXPECT_LE((bound - truth).max().item<double>(), 0) << sweeps;
      last = bound;
    }
    EXPECT_GT((last - truth).min().item<double>(), -0.5);  // and is of some use
  }
}

TEST(DeepBoltzmannMachine, MeanFieldFindsAFixedPoint) {
  const auto machine = small_machine({.hidden = {3, 3}});
  torch::NoGradGuard no_grad;
  const auto q = machine.mean_field(pixels(), 2000, 1e-12);
  const auto first =
      torch::sigmoid(torch::matmul(pixels(), parameter(machine, "weights0")) +
                     torch::matmul(q.even.slice(1, 4), parameter(machine, "weights1").t()) +
                     parameter(machine, "bias1"));
  const auto second = torch::sigmoid(torch::matmul(q.odd, parameter(machine, "weights1")) +
                                     parameter(machine, "bias2"));
  EXPECT_LT((q.odd - first).abs().max().item<double>(), 1e-8);
  EXPECT_LT((q.even.slice(1, 4) - second).abs().max().item<double>(), 1e-8);
  EXPECT_TRUE(torch::equal(q.even.slice(1, 0, 4), pixels()));
}

// The bound's gradient with the means held is that of the bound at its maximum.
TEST(DeepBoltzmannMachine, ThePositivePhaseIsTheBoundsGradient) {
  auto machine = small_machine({.hidden = {3, 3}});
  const auto v = pixels();
  machine.bound(v, machine.mean_field(v, 3000, 0)).sum().backward();
  torch::NoGradGuard no_grad;
  for (const char* name : {"weights0", "weights1", "bias1"}) {
    const auto flat = parameter(machine, name).view({-1});
    const auto gradient = parameter(machine, name).grad().view({-1});
    for (std::int64_t i = 0; i < flat.numel(); i += 2) {
      const double h = 1e-5, value = flat[i].item<double>();
      const auto maximum = [&](double at) {
        flat[i] = at;
        return machine.bound(v, machine.mean_field(v, 3000, 0)).sum().item<double>();
      };
      const double slope = (maximum(value + h) - maximum(value - h)) / (2 * h);
      flat[i] = value;
      EXPECT_NEAR(gradient[i].item<double>(), slope, 1e-6) << name;
    }
  }
}

// Without links to the second layer the posterior factorizes: the bound is exact, the machine a
// restricted one, and the loss has the gradient of its likelihood.
TEST(DeepBoltzmannMachine, WithoutItsSecondLayerItIsARestrictedMachine) {
  auto machine = small_machine({.hidden = {3, 3}, .sweeps = 20, .chains = 3000});
  {
    torch::NoGradGuard no_grad;
    parameter(machine, "weights1").zero_();
  }
  const RestrictedBoltzmann restricted{parameter(machine, "weights0"), parameter(machine, "bias0"),
                                       parameter(machine, "bias1")};
  auto rng = make_rng(52, 0);
  const auto score = machine.log_prob(all_pictures(), {}, rng).per_example;
  const auto expected = -restricted.free_energy(pixels()) - restricted.log_partition();
  EXPECT_LT((score - expected).abs().max().item<double>(), 1e-10);

  const auto v = pixels().slice(0, 3, 9);
  const auto nll = restricted.free_energy(v).mean() + restricted.log_partition();
  const auto truth = torch::autograd::grad({nll}, {restricted.weights})[0];
  const Batch batch{.images = v.view({6, 1, 2, 2}), .labels = {}};
  machine.begin_step({.step = 9, .steps = 10});
  std::vector<torch::Tensor> drawn;
  for (int i = 0; i < 30; ++i) {
    machine.zero_grad();
    machine.loss(batch, rng).total.backward();
    drawn.push_back(restricted.weights.grad().clone());
  }
  const auto samples = torch::stack(drawn);
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 3; ++j)
      expect_mean(samples.select(1, i).select(1, j), truth[i][j].item<double>(), 0.005);
}

TEST(DeepBoltzmannMachine, AnnealingFindsItsPartitionFunction) {
  const auto machine = small_machine({.hidden = {3, 3}});
  auto rng = make_rng(53, 0);
  const double truth = log_unnormalized(machine, {3, 3}).logsumexp(0).item<double>();
  const auto few = anneal(machine.annealing_path(), {.temperatures = 10, .chains = 20000}, rng);
  expect_mean((few.log_weights - truth).exp(), 1, 0.03);
}

TEST(DeepBoltzmannMachine, DrawsHaveTheEnumeratedProbabilities) {
  auto machine = small_machine({.hidden = {3, 3}});
  auto rng = make_rng(54, 0);
  torch::NoGradGuard no_grad;
  constexpr std::int64_t kDraws = 3000;
  const auto drawn = machine.sample(kDraws, {}, rng).flatten(1).to(torch::kFloat64);
  const auto number = torch::matmul(drawn, torch::tensor({1.0, 2.0, 4.0, 8.0}, kDouble));
  const auto counts = torch::bincount(number.to(torch::kInt64), {}, 16).to(torch::kFloat64);
  const auto expected = log_unnormalized(machine, {3, 3}).softmax(0) * kDraws;
  // Chi-square of 15 degrees of freedom.
  EXPECT_LT(((counts - expected).square() / expected).sum().item<double>(), 15 + 5 * 5.5);
}

// In pretraining each layer between others hears twice from the one side it has.
TEST(DeepBoltzmannMachine, PretrainingDoublesTheLinksOfTheMissingSide) {
  const auto machine = small_machine({.hidden = {3, 2, 5}});
  const auto expect_equal = [](const torch::Tensor& a, const torch::Tensor& b) {
    EXPECT_TRUE(torch::allclose(a, b));
  };
  const auto first = machine.pretraining_machine(0), middle = machine.pretraining_machine(1),
             last = machine.pretraining_machine(2);
  const auto v = pixels(), h1 = all_states(3, kDouble), h2 = all_states(2, kDouble),
             h3 = all_states(5, kDouble);
  const auto w = [&](int l) { return parameter(machine, "weights" + std::to_string(l)); };
  const auto b = [&](int l) { return parameter(machine, "bias" + std::to_string(l)); };
  expect_equal(first.hidden_logits(torch::cat({v, v}, 1)), 2 * torch::matmul(v, w(0)) + b(1));
  expect_equal(first.visible_logits(h1).slice(1, 0, 4), torch::matmul(h1, w(0).t()) + b(0));
  expect_equal(middle.hidden_logits(h1), 2 * torch::matmul(h1, w(1)) + b(2));
  expect_equal(middle.visible_logits(h2), 2 * torch::matmul(h2, w(1).t()) + b(1));
  expect_equal(last.hidden_logits(h2).slice(1, 5), torch::matmul(h2, w(2)) + b(3));
  expect_equal(last.visible_logits(torch::cat({h3, h3}, 1)),
               2 * torch::matmul(h3, w(2).t()) + b(2));
}

TEST(DeepBoltzmannMachine, PretrainsLayerByLayerAndThenTrainsAll) {
  auto machine = small_machine({.hidden = {3, 2}, .chains = 10});
  const auto trained = [&](std::int64_t step) {
    machine.begin_step({.step = step, .steps = 8});
    machine.zero_grad();
    auto rng = make_rng(55, 0);
    machine.loss(all_pictures(), rng).total.backward();
    std::string names;
    for (const auto& item : machine.named_parameters()) {
      const auto gradient = item.value().grad();
      if (gradient.defined() && gradient.abs().sum().item<double>() > 0) names += item.key() + " ";
    }
    return names;
  };
  EXPECT_EQ(trained(0), "bias0 weights0 bias1 ");
  EXPECT_EQ(trained(2), "weights1 bias2 ");  // bias1 is the first machine's
  EXPECT_EQ(trained(4), "bias0 weights0 bias1 weights1 bias2 ");
  EXPECT_EQ(trained(7), "bias0 weights0 bias1 weights1 bias2 ");
  machine.begin_step({.step = 799, .steps = 800});
  EXPECT_EQ(machine.parameter_groups()[0].rate_factor, 1);  // the trainer lets it fall
  machine.begin_step({.step = 199, .steps = 800});
  EXPECT_LT(machine.parameter_groups()[0].rate_factor, 0.03);
}

TEST(DeepBoltzmannMachine, BeginsWithTheFrequenciesOfThePictures) {
  auto machine = small_machine({.hidden = {3, 2}});
  auto rng = make_rng(57, 0);
  machine.begin_step({.step = 0, .steps = 8});
  machine.loss({.images = torch::ones({5, 1, 2, 2}, kDouble), .labels = {}}, rng);
  const auto begun = torch::full({4}, std::log(99.0), kDouble);  // of 0.99, the most
  EXPECT_TRUE(torch::allclose(parameter(machine, "bias0"), begun));
  machine.begin_step({.step = 1, .steps = 8});
  machine.loss({.images = torch::zeros({5, 1, 2, 2}, kDouble), .labels = {}}, rng);
  EXPECT_TRUE(torch::allclose(parameter(machine, "bias0"), begun));
}

TEST(DeepBoltzmannMachine, AnEstimatedPartitionFunctionMakesItNoBound) {
  DeepBoltzmannMachine large({.hidden = {21, 3}, .chains = 5, .temperatures = 5}, {1, 5, 5});
  auto rng = make_rng(56, 0);
  const Batch zeros{.images = torch::zeros({2, 1, 5, 5}), .labels = {}};
  EXPECT_EQ(large.log_prob(zeros, {}, rng).kind, EstimateKind::kUnbounded);
  auto small = small_machine({.hidden = {3, 3}});
  EXPECT_EQ(small.log_prob(all_pictures(), {}, rng).kind, EstimateKind::kLowerBound);
}

}  // namespace
}  // namespace vqcodec::models
