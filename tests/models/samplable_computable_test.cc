// Guarded lines broken once on purpose: each model's normalization, and a sampler's draw.
//
// Every model that can be drawn from and computed, through that interface alone: probabilities of
// all events sum to one, and samples have them.
#include "models/generative/samplable_computable.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/generative/collapsed_chain.h"
#include "models/generative/hidden_markov_model.h"
#include "models/generative/pixelcnn.h"
#include "models/generative/planted_mixture.h"
#include "models/generative/wavenet.h"
#include "tests/models/all_sequences.h"

namespace vqcodec::models {
namespace {

torch::Tensor log_prob(SamplableComputable& model, const torch::Tensor& events) {
  torch::NoGradGuard no_grad;
  auto rng = make_rng(1, 0);
  const auto estimate = model.log_prob({.images = events, .labels = {}}, {}, rng);
  EXPECT_EQ(estimate.kind, EstimateKind::kExact);
  return estimate.per_example;
}

// events: all there are, as pictures of which plane 0 counts.
void expect_distribution(SamplableComputable& model, const torch::Tensor& events) {
  const auto p = log_prob(model, events).exp().to(torch::kFloat64);
  EXPECT_NEAR(p.sum().item<double>(), 1, 1e-6);
  constexpr std::int64_t kDraws = 20000;
  auto rng = make_rng(2, 0);
  const auto drawn = model.sample(kDraws, {}, rng).select(1, 0).flatten(1);
  const auto all = events.select(1, 0).flatten(1).to(drawn);
  const auto which = (drawn.unsqueeze(1) == all).all(2);
  EXPECT_TRUE(which.any(1).all().item<bool>()) << "a draw that is no event";
  expect_frequencies(which.to(torch::kInt64).argmax(1), p);
}

TEST(SamplableComputable, AHiddenMarkovModelIsADistributionOverSequences) {
  HiddenMarkovModel model({.states = 3, .chain = {.text = {.symbols = 3, .length = 4}}}, {2, 1, 4});
  model.assign(model.planted_tables());
  expect_distribution(model, as_pictures({all_sequences(3, 4)}));
}

// Of all lengths, the empty one included.
TEST(SamplableComputable, ACollapsedChainIsADistributionOverSequencesOfAllLengths) {
  CollapsedChain model({.chain = {.text = {.symbols = 2, .length = 4}}}, {2, 1, 4});
  model.assign(model.planted_tables());
  expect_distribution(model, as_pictures({all_sequences_up_to(2, 4)}));
}

TEST(SamplableComputable, AutoregressiveModelsAreDistributionsOverPictures) {
  torch::manual_seed(3);
  const auto pictures = all_sequences(2, 6).to(torch::kFloat32).view({-1, 1, 2, 3});
  WaveNet wavenet({.channels = 5, .skip = 6, .layers = 3}, {1, 2, 3});
  PixelCnn pixelcnn({.channels = 4, .layers = 2}, {1, 2, 3});
  for (SamplableComputable* model :
       std::initializer_list<SamplableComputable*>{&wavenet, &pixelcnn}) {
    model->eval();
    torch::NoGradGuard no_grad;
    for (auto& parameter : model->parameters()) parameter.mul_(2);
    const auto p = log_prob(*model, pictures).exp().to(torch::kFloat64);
    EXPECT_NEAR(p.sum().item<double>(), 1, 1e-6);
    auto rng = make_rng(4, 0);
    const auto drawn = model->sample(6000, {}, rng).flatten(1);
    const auto place = torch::pow(2, torch::arange(5, -1, -1)).to(torch::kFloat32);
    expect_frequencies(torch::matmul(drawn, place).to(torch::kInt64), p);
  }
}

// Cells in place of points: the density in the middle times the area.
TEST(SamplableComputable, AMixtureIsADistributionOverThePlane) {
  const auto mixture = plant({.planted = 2, .spread = 1});
  SamplableComputable& model = *mixture;
  constexpr std::int64_t kCells = 12, kFine = 10;  // on a side; a cell's own points on a side
  constexpr double kHalf = 6;
  const auto axis =
      ((torch::arange(kCells * kFine, torch::kFloat64) + 0.5) / (kCells * kFine) * 2 - 1) * kHalf;
  const auto density =
      log_prob(model, torch::cartesian_prod({axis, axis}).view({-1, 1, 1, 2})).exp();
  const double area = std::pow(2 * kHalf / (kCells * kFine), 2);
  const auto p = (density.view({kCells, kFine, kCells, kFine}).sum({1, 3}) * area).flatten();
  EXPECT_NEAR(p.sum().item<double>(), 1, 1e-3);
  auto rng = make_rng(5, 0);
  const auto drawn = model.sample(20000, {}, rng).flatten(1);
  const auto cell = ((drawn / kHalf + 1) / 2 * kCells).floor().to(torch::kInt64);
  const auto inside = (cell >= 0).logical_and(cell < kCells).all(1);
  const auto number = cell.select(1, 0) * kCells + cell.select(1, 1);
  expect_frequencies(number.masked_select(inside), p / p.sum());
}

}  // namespace
}  // namespace vqcodec::models
