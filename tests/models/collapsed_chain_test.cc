// Guarded lines broken once on purpose: merging before dropping blanks, the step past a blank
// between equal symbols, the two first and the two last rows, the empty sequence's one last row,
// the transition a step is weighed with, the way back.
#include "models/generative/collapsed_chain.h"

#include <gtest/gtest.h>

#include "tests/models/all_sequences.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kSymbols = 2, kBlank = 2, kFrames = 4;

CollapsedChain planted(std::int64_t symbols = kSymbols, std::int64_t frames = kFrames) {
  CollapsedChain model({.chain = {.text = {.symbols = symbols, .length = frames}}}, {2, 1, frames});
  model.assign(model.planted_tables());
  return model;
}

// log p of paths (N,T) of the chain itself.
torch::Tensor log_paths(const Tables& tables, const torch::Tensor& paths) {
  auto sum = tables[0][0].take(paths.select(1, 0));
  for (std::int64_t t = 1; t < paths.size(1); ++t)
    sum = sum + tables[1].index({paths.select(1, t - 1), paths.select(1, t)});
  return sum;
}

TEST(CollapsedChain, RepetitionsAreMergedBeforeBlanksAreDropped) {
  const auto paths = torch::tensor(
      {{0, 0, 2, 0, 1, 1}, {2, 2, 2, 2, 2, 2}, {0, 1, 0, 2, 2, 0}, {1, 1, 1, 2, 1, 2}},
      torch::kInt64);
  const auto expected = torch::tensor({{0, 0, 1, -1, -1, -1},
                                       {-1, -1, -1, -1, -1, -1},
                                       {0, 1, 0, 0, -1, -1},
                                       {1, 1, -1, -1, -1, -1}},
                                      torch::kInt64);
  EXPECT_TRUE(torch::equal(collapsed(paths, kBlank), expected));
}

TEST(CollapsedChain, TheLatticeSumsOverAllPathsThatCollapseToTheSequence) {
  const auto model = planted();
  const auto paths = all_sequences(kSymbols + 1, kFrames);
  const auto p = log_paths(model.tables(), paths).exp(), seen = collapsed(paths, kBlank);
  const auto x = all_sequences_up_to(kSymbols, kFrames);
  const auto found = model.log_likelihood(model.tables(), x).exp();
  const auto same = (x.unsqueeze(1) == seen.unsqueeze(0)).all(2);
  EXPECT_TRUE(torch::allclose(found, torch::matmul(same.to(torch::kFloat64), p), 0, 1e-12));
}

// Frames that do not depend on each other: the usual connectionist temporal classification.
TEST(CollapsedChain, WithEqualRowsItIsTheUsualLoss) {
  auto model = planted(3, 9);
  auto tables = model.tables();
  tables[1] = tables[0].expand({4, 4}).clone();
  const auto x = torch::tensor(
      {{0, 1, 1, 2, kEnd, kEnd, kEnd, kEnd, kEnd}, {2, 2, 0, kEnd, kEnd, kEnd, kEnd, kEnd, kEnd}},
      torch::kInt64);
  const auto frames = tables[0].expand({9, 2, 4}).contiguous();
  const auto usual =
      torch::ctc_loss(frames, x.clamp_min(0), {9, 9}, {4, 3}, /*blank=*/3, at::Reduction::None);
  EXPECT_TRUE(torch::allclose(-model.log_likelihood(tables, x), usual, 0, 1e-9));
}

TEST(CollapsedChain, PathsAreDrawnFromTheEnumeratedPosterior) {
  const auto model = planted();
  const auto paths = all_sequences(kSymbols + 1, kFrames);
  const auto log_p = log_paths(model.tables(), paths), seen = collapsed(paths, kBlank);
  for (const auto& x : {torch::tensor({0, 1, kEnd, kEnd}, torch::kInt64),
                        torch::tensor({1, 1, kEnd, kEnd}, torch::kInt64),
                        torch::tensor({0, kEnd, kEnd, kEnd}, torch::kInt64),
                        torch::full({4}, kNone, torch::kInt64)}) {
    const auto agrees = (seen == x).all(1);
    const auto posterior = log_p.masked_fill(agrees.logical_not(), -1e30).softmax(0);
    auto rng = make_rng(2, 0);
    const auto drawn = model.posterior_paths(x.unsqueeze(0).expand({20000, -1}), rng);
    EXPECT_TRUE((collapsed(drawn, kBlank) == x).all().item<bool>());
    const auto number = (drawn * torch::tensor({27, 9, 3, 1}, torch::kInt64)).sum(1);
    if (agrees.sum().item<std::int64_t>() > 1) expect_frequencies(number, posterior);
  }
}

TEST(CollapsedChain, NoStepOfExpectationMaximizationLowersTheLikelihood) {
  auto source = planted(3, 8);
  auto rng = make_rng(3, 0);
  const Batch batch{.images = source.sample(300, {}, rng), .labels = {}};
  CollapsedChain model({.chain = {.text = {.symbols = 3, .length = 8}, .restarts = 1}}, {2, 1, 8});
  double before = model.loss(batch, rng).total.item<double>();
  for (int step = 0; step < 50; ++step) {
    const auto nll = model.loss(batch, rng).total.item<double>();
    EXPECT_LE(nll, before + 1e-9) << "step " << step;
    before = nll;
  }
  const auto planted_nll =
      -source.log_likelihood(source.tables(), plane_of(batch.images, 0)).mean();
  EXPECT_LT(before, planted_nll.item<double>() + 0.05);
}

}  // namespace
}  // namespace vqcodec::models
