#include "models/quantizer.h"

#include <gtest/gtest.h>

#include "models/group_quantizer.h"

namespace vqcodec::models {
namespace {

double cost(const torch::Tensor& x, const Codebook& book, const torch::Tensor& codes,
            const torch::Tensor& weights, double price) {
  const auto distance = ((x - book.codewords.index_select(0, codes)).square() * weights).sum(1);
  return (distance + price * book.length_bits.index_select(0, codes)).mean().item<double>();
}

TEST(Quantizer, AssignmentIsTheBestOfAllCodewords) {
  torch::manual_seed(5);
  const Codebook book{torch::randn({17, 3}), torch::rand({17}) * 6};
  const auto x = torch::randn({200, 3}), weights = torch::tensor({1.0f, 2.0f, 0.5f});
  const auto codes = assign(x, book, weights, 0.3);
  for (std::int64_t k = 0; k < book.size(); ++k) {
    const auto other = torch::full_like(codes, k);
    const auto mine = ((x - book.codewords.index_select(0, codes)).square() * weights).sum(1) +
                      0.3 * book.length_bits.index_select(0, codes);
    const auto theirs = ((x - book.codewords.index_select(0, other)).square() * weights).sum(1) +
                        0.3 * book.length_bits.index_select(0, other);
    EXPECT_TRUE((mine <= theirs + 1e-4).all().item<bool>());
  }
}

// Lloyd's conditions: codewords are the means of what is assigned to them, lengths their entropy.
TEST(Quantizer, TrainingLowersTheLagrangianAndEndsAtCentroids) {
  torch::manual_seed(6);
  const auto x = torch::randn({4000, 2}) * 2, weights = torch::ones({2});
  const auto start = train_codebook(x, weights, {.codewords = 32, .price = 0.1, .iterations = 1});
  const auto end = train_codebook(x, weights, {.codewords = 32, .price = 0.1, .iterations = 40});
  const auto codes = assign(x, end, weights, 0.1);
  EXPECT_LT(cost(x, end, codes, weights, 0.1),
            cost(x, start, assign(x, start, weights, 0.1), weights, 0.1));
  const auto mean = x.index_select(0, (codes == 0).nonzero().squeeze(1)).mean(0);
  EXPECT_TRUE(torch::allclose(mean, end.codewords[0], 0.05, 0.05));
  EXPECT_NEAR(torch::exp2(-end.length_bits).sum().item<double>(), 1, 1e-4);
}

LevelQuantizer small_quantizer(const torch::Tensor& samples) {
  const auto layout = make_layout({2, 4}, {true, false, false, false, false, false});
  return train_level_quantizer(samples, torch::ones({6}), layout, {.price = 0.1});
}

torch::Tensor small_samples() {  // (3000,6): one channel wide enough for two stages
  torch::manual_seed(7);
  return torch::randn({3000, 6}) * torch::tensor({90.0f, 3.0f, 1.0f, 0.5f, 0.2f, 0.05f});
}

TEST(GroupQuantizer, GroupsCoverEveryChannelOnceAndNeverCrossSlices) {
  const auto quantizer = small_quantizer(small_samples());
  std::vector<int> covered(6, 0);
  std::int64_t slot = -1;
  for (const auto& group : quantizer.groups) {
    for (std::int64_t c = 0; c < group.dimension; ++c) {
      const auto channel = group.first_channel + c;
      covered[static_cast<std::size_t>(channel)] += group.stage == Stage::kFine ? 0 : 1;
      EXPECT_EQ(group.slice, channel < 2 ? 0 : 1);
    }
    EXPECT_GT(group.first_slot, slot);
    slot = group.first_slot + group.dimension - 1;
  }
  EXPECT_EQ(covered, std::vector<int>(6, 1));
  EXPECT_EQ(quantizer.groups[0].stage, Stage::kCoarse);
  EXPECT_EQ(quantizer.groups[1].stage, Stage::kFine);
  EXPECT_EQ(slot, quantizer.layout.slots() - 1);
}

// With free bits, scalar quantization is rounding: no integer that occurs is left out.
TEST(GroupQuantizer, ScalarsAreRounded) {
  torch::manual_seed(8);
  const auto samples =
      torch::randn({3000, 6}) * torch::tensor({20.0f, 3.0f, 2.0f, 1.0f, 1.0f, 1.0f});
  const auto layout = make_layout({2, 4}, {false, false, false, false, false, false});
  const auto quantizer = train_level_quantizer(samples, torch::ones({6}), layout,
                                               {.quantization = Quantization::kScalar});
  ASSERT_EQ(quantizer.groups.size(), 6u);
  for (const auto& group : quantizer.groups) {
    const auto& words = group.codebook.codewords;
    EXPECT_TRUE(torch::equal(words, words.round())) << group.first_channel;
  }
  const auto latents = samples.slice(0, 0, 64).t().reshape({1, 6, 8, 8});
  EXPECT_TRUE(torch::equal(quantizer.quantize(latents, 0).values, latents.round()));
}

// The escape: however far out a latent is, its value comes back to within two steps.
TEST(GroupQuantizer, NoLatentIsEverFarFromItsValue) {
  const auto quantizer = small_quantizer(small_samples());
  const auto wild = torch::randn({1, 6, 8, 8}) * 300;
  const auto quantized = quantizer.quantize(wild, 0.1);
  EXPECT_LE((quantized.values - wild).abs().max().item<double>(), 2.001);
  const auto ordinary = small_samples().slice(0, 0, 64).t().reshape({1, 6, 8, 8});
  const auto tame = quantizer.quantize(ordinary, 0.1);
  EXPECT_LE((tame.values - ordinary).abs().max().item<double>(), 2.001);
  EXPECT_LT((tame.codes != tame.leaves).to(torch::kFloat32).mean().item<double>(), 0.02);
}

}  // namespace
}  // namespace vqcodec::models
