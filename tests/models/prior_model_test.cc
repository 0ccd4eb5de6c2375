#include "models/prior_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/codebook_usage.h"
#include "models/integer_export.h"
#include "models/prior_report.h"
#include "tests/models/small_codec.h"

namespace vqcodec::models {
namespace {

torch::Tensor small_picture() {
  NoisePictures pictures;
  auto rng = make_rng(4, 4);
  return pictures.batch(1, rng).images;
}

// The codes' lengths under the integers are what the slice coder adds up; both priors stand near
// each other, and no model of independent codes is below the tables they were assigned with.
TEST(PriorReport, FloatAndIntegerPriorAgree) {
  auto codec = small_codec();
  PriorModel prior(codec, 0.5);
  const auto levels = measure_prior(prior, export_prior(prior.levels()), small_picture(), 1);
  ASSERT_EQ(levels.size(), 3u);
  for (const auto& level : levels) {
    EXPECT_NEAR(level.integer_prior, level.float_prior, 0.02 * level.float_prior + 4);
    EXPECT_LE(level.order0, level.fixed_length + level.codes);
    EXPECT_GT(level.zstd, 0);
  }
}

// Codes of position (0,0) change; without neighbours nothing at position (0,1) does.
TEST(PriorModel, DoesWithoutARemovedContext) {
  auto codec = small_codec();
  PriorModel prior(codec, 0.5);
  auto& network = prior.levels()[0];
  {
    torch::NoGradGuard no_grad;
    for (auto& weights : network->node_weights) weights.normal_(0, 0.5);
  }
  prior.remove(PriorContext::kNeighbours);
  const auto slots = prior.encode(small_picture(), 1).slots[0];
  auto changed = slots.clone();
  changed.select(2, 0).select(2, 0) += 1;
  const auto before = network->lengths(slots, {}, 1, torch::kFloat32);
  const auto after = network->lengths(changed, {}, 1, torch::kFloat32);
  for (std::size_t g = 0; g < before.size(); ++g)
    EXPECT_TRUE(torch::equal(before[g].slice(0, 1), after[g].slice(0, 1))) << g;
  EXPECT_FALSE(torch::equal(before.back()[0], after.back()[0]));  // groups before still count
}

TEST(PriorModel, TrainingLeavesARemovedContextAtZero) {
  auto codec = small_codec();
  PriorModel prior(codec, 0.5);
  prior.remove(PriorContext::kGroups);
  torch::optim::Adam optimizer(prior.parameters(), 1e-2);
  auto rng = make_rng(1, 2);
  const auto before = prior.levels()[1]->slice[1].detach().clone();
  prior.loss({.images = small_picture(), .labels = {}}, rng).total.backward();
  optimizer.step();
  const auto& network = prior.levels()[1];
  const auto hidden = network->options().hidden;
  EXPECT_EQ(network->slice[1].slice(1, hidden).abs().max().item<double>(), 0);
  EXPECT_EQ(network->inside[1].abs().max().item<double>(), 0);
  EXPECT_FALSE(torch::equal(network->slice[1], before));
}

TEST(PriorModel, LogsUsageOfEveryLevel) {
  auto codec = small_codec();
  PriorModel prior(codec, 0.5);
  auto rng = make_rng(1, 2);
  prior.loss({.images = small_picture(), .labels = {}}, rng);
  const auto health = prior.health();
  ASSERT_EQ(health.values.size(), 6u);
  EXPECT_EQ(health.values[1].first, "level0_perplexity");
  EXPECT_FALSE(health.collapsed);
}

TEST(CodebookUsage, PerplexityOfEvenAndOfSingleUse) {
  LevelQuantizer quantizer;
  for (const std::int64_t size : {4, 8}) {
    quantizer.groups.emplace_back();
    quantizer.groups.back().codebook.codewords = torch::zeros({size, 1});
  }
  CodebookUsage usage(quantizer);
  auto codes = torch::zeros({1, 2, 2, 4}, torch::kInt64);
  codes.select(1, 1).copy_(torch::arange(8).view({1, 2, 4}));  // group 0: one code; group 1: all
  usage.add(codes);
  const auto figures = usage.figures();
  EXPECT_NEAR(figures.perplexity, (1 + 8) / 2.0, 1e-9);
  EXPECT_NEAR(figures.least_perplexity, 1, 1e-9);
  EXPECT_NEAR(figures.used, 9.0 / 12, 1e-9);
}

TEST(CodebookUsage, PerplexityOfRoundedChannels) {
  const auto channel = torch::tensor({0.f, 0.4f, 1.f, 1.2f}).view({1, 1, 2, 2});
  EXPECT_NEAR(point_perplexity(torch::cat({channel, torch::zeros_like(channel)}, 1)), 1.5, 1e-9);
}

}  // namespace
}  // namespace vqcodec::models
