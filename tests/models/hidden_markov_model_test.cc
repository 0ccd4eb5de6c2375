// Guarded lines broken once on purpose: the first state's distribution, the direction of the
// transitions, the emission of the last place, what is carried past a sequence's end, the draw of
// the last state from its filter, the direction of the way back, the normalization of counts.
#include "models/generative/hidden_markov_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/all_sequences.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kStates = 3, kSymbols = 2;

HiddenMarkovModel planted(std::int64_t length, std::int64_t symbols = kSymbols) {
  HiddenMarkovModel model(
      {.states = kStates, .chain = {.text = {.symbols = symbols, .length = length}}},
      {2, 1, length});
  model.assign(model.planted_tables());
  return model;
}

// log p(x, path), written out: x (T), path (T).
double log_joint(const Tables& tables, const torch::Tensor& x, const torch::Tensor& path) {
  double sum = 0;
  for (std::int64_t t = 0; t < x.size(0); ++t) {
    if (x[t].item<std::int64_t>() == kNone) break;
    const auto state = path[t].item<std::int64_t>();
    sum += t == 0 ? tables[0][0][state].item<double>()
                  : tables[1][path[t - 1].item<std::int64_t>()][state].item<double>();
    sum += tables[2][state][x[t].item<std::int64_t>()].item<double>();
  }
  return sum;
}

torch::Tensor log_joints(const Tables& tables, const torch::Tensor& x, const torch::Tensor& paths) {
  std::vector<double> all;
  for (std::int64_t i = 0; i < paths.size(0); ++i) all.push_back(log_joint(tables, x, paths[i]));
  return torch::tensor(all, torch::kFloat64);
}

TEST(HiddenMarkovModel, TheForwardAlgorithmSumsOverAllPaths) {
  const auto model = planted(5);
  const auto paths = all_sequences(kStates, 5), x = all_sequences(kSymbols, 5).slice(0, 0, 32, 5);
  const auto found = model.log_likelihood(model.tables(), x);
  for (std::int64_t i = 0; i < x.size(0); ++i)
    EXPECT_NEAR(found[i].item<double>(),
                log_joints(model.tables(), x[i], paths).logsumexp(0).item<double>(), 1e-10);
}

TEST(HiddenMarkovModel, AShorterSequenceIsThatSequenceAlone) {
  const auto model = planted(5), short_model = planted(3);
  const auto x = all_sequences(kSymbols, 3);
  const auto padded = torch::constant_pad_nd(x, {0, 2}, kNone);
  EXPECT_TRUE(torch::allclose(model.log_likelihood(model.tables(), padded),
                              short_model.log_likelihood(model.tables(), x), 0, 1e-12));
}

TEST(HiddenMarkovModel, PathsAreDrawnFromTheEnumeratedPosterior) {
  const auto model = planted(4);
  const auto x = torch::tensor({{0, 1, 1, 0}, {1, 0, 1, kEnd}}, torch::kInt64);
  for (std::int64_t i = 0; i < 2; ++i) {
    const auto length = 4 - i;
    const auto paths = all_sequences(kStates, length);
    const auto posterior = log_joints(model.tables(), x[i].slice(0, 0, length), paths).softmax(0);
    auto rng = make_rng(6, 0);
    const auto drawn = model.posterior_paths(x[i].unsqueeze(0).expand({20000, -1}), rng);
    EXPECT_TRUE((drawn.slice(1, length) == kNone).all().item<bool>());
    const auto place = torch::tensor({27, 9, 3, 1}, torch::kInt64).slice(0, 4 - length);
    expect_frequencies((drawn.slice(1, 0, length) * place).sum(1), posterior);
  }
}

// How often a path uses an entry, in the posterior's mean: the E-step by its definition.
TEST(HiddenMarkovModel, ExpectedCountsAreThePosteriorsMean) {
  const auto model = planted(3);
  const auto x = torch::tensor({{0, 1, 1}}, torch::kInt64), paths = all_sequences(kStates, 3);
  const auto posterior = log_joints(model.tables(), x[0], paths).softmax(0);
  Tables expected = {torch::zeros({1, kStates}, torch::kFloat64),
                     torch::zeros({kStates, kStates}, torch::kFloat64),
                     torch::zeros({kStates, kSymbols}, torch::kFloat64)};
  for (std::int64_t i = 0; i < paths.size(0); ++i)
    for (std::int64_t t = 0; t < 3; ++t) {
      const auto state = paths[i][t].item<std::int64_t>();
      if (t == 0) expected[0][0][state] += posterior[i];
      if (t > 0) expected[1][paths[i][t - 1].item<std::int64_t>()][state] += posterior[i];
      expected[2][state][x[0][t].item<std::int64_t>()] += posterior[i];
    }
  const auto counts = model.expected_counts(x);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_TRUE(torch::allclose(counts[i], expected[i], 0, 1e-10)) << "table " << i;
}

TEST(HiddenMarkovModel, NoStepOfBaumWelchLowersTheLikelihood) {
  auto source = planted(8, 4);
  auto rng = make_rng(7, 0);
  const Batch batch{.images = source.sample(200, {}, rng), .labels = {}};
  HiddenMarkovModel model(
      {.states = kStates, .chain = {.text = {.symbols = 4, .length = 8}, .restarts = 1}},
      {2, 1, 8});
  double before = model.loss(batch, rng).total.item<double>();
  const double first = before;
  for (int step = 0; step < 100; ++step) {
    const auto nll = model.loss(batch, rng).total.item<double>();
    EXPECT_LE(nll, before + 1e-9) << "step " << step;
    before = nll;
  }
  EXPECT_LT(before, first - 0.01);
  for (const auto& table : model.tables())
    EXPECT_TRUE(torch::allclose(table.exp().sum(1), torch::ones({table.size(0)}, torch::kFloat64)));
}

TEST(HiddenMarkovModel, TheLearnedIsAsLikelyAsThePlanted) {
  auto source = planted(8, 4);
  auto rng = make_rng(8, 0);
  const Batch train{.images = source.sample(1000, {}, rng), .labels = {}};
  const Batch test{.images = source.sample(1000, {}, rng), .labels = {}};
  HiddenMarkovModel model(
      {.states = kStates, .chain = {.text = {.symbols = 4, .length = 8}, .restarts = 2}},
      {2, 1, 8});
  for (int step = 0; step < 100; ++step) model.loss(train, rng);
  model.eval();
  const auto figures = model.figures(test, {}, rng);
  ASSERT_EQ(figures.size(), 3u);
  EXPECT_EQ(figures[2].name, "excess");
  EXPECT_NEAR(figures[2].value, figures[0].value - figures[1].value, 1e-9);
  EXPECT_LE(figures[2].value, 0.05);
  EXPECT_GT(figures[2].value, -0.02);
}

// What is seen of a path drawn given a sequence is again a sequence as long.
TEST(HiddenMarkovModel, ReconstructionsKeepTheLength) {
  auto model = planted(4);
  auto rng = make_rng(9, 0);
  const auto x = as_pictures({torch::tensor({{0, 1, kEnd, kEnd}}, torch::kInt64)});
  const auto found = plane_of(model.reconstruct({.images = x, .labels = {}}, rng), 0);
  EXPECT_EQ(places_of(found).sum().item<std::int64_t>(), 2);
}

}  // namespace
}  // namespace vqcodec::models
