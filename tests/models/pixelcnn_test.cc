// Guarded lines broken once on purpose: the first layer's shift in either stack, the halves of the
// label, the gate, attention and its mask, first place and keys, and each row and column that the
// sampler keeps.
#include "models/generative/pixelcnn.h"

#include <gtest/gtest.h>

#include <cmath>

#include "entropy/error.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

PixelCnn small_model(std::int64_t side, PixelCnnOptions options = {}) {
  torch::manual_seed(3);
  if (options.channels == 16) options.channels = 4;
  if (options.layers == 6) options.layers = 3;
  options.kernel = 3;
  options.first_kernel = 3;
  PixelCnn model(options, {1, side, side});
  torch::NoGradGuard no_grad;
  for (auto& parameter : model.parameters()) parameter.mul_(2);
  model.to(torch::kFloat64);
  return model;
}

torch::Tensor random_pictures(std::int64_t n, std::int64_t side) {
  torch::manual_seed(4);
  return torch::rand({n, 1, side, side}, torch::kFloat64).round();
}

// [j] : which outputs move where pixel j changes, as (pixels) bool.
std::vector<torch::Tensor> influence(const std::function<torch::Tensor(const torch::Tensor&)>& f,
                                     std::int64_t side) {
  torch::NoGradGuard no_grad;
  const auto x = random_pictures(1, side);
  const auto before = f(x).flatten();
  std::vector<torch::Tensor> moved;
  for (std::int64_t j = 0; j < side * side; ++j) {
    auto changed = x.clone();
    changed.view(-1)[j] = 1 - changed.view(-1)[j];
    moved.push_back((f(changed).flatten() - before).abs() > 1e-12);
  }
  return moved;
}

// Outputs at and before a pixel do not move; all after it do, the whole 7x7 picture lying within
// reach: there is no blind spot.
TEST(PixelCnn, EveryPixelMovesExactlyThoseAfterIt) {
  auto model = small_model(7, {.layers = 7});
  const auto moved = influence([&](const auto& x) { return model.outputs(x, {}); }, 7);
  for (std::int64_t j = 0; j < 49; ++j)
    for (std::int64_t i = 0; i < 49; ++i)
      EXPECT_EQ(moved[static_cast<std::size_t>(j)][i].item<bool>(), i > j) << j << " to " << i;
}

// arXiv:1606.05328, eq. 2.
TEST(PixelCnn, TheGateIsATanhTimesASigmoidOfValuesAndLabel) {
  const auto x = torch::tensor({1.5, -0.7}, torch::kFloat64).view({1, 2, 1, 1});
  const auto label = torch::tensor({0.25, 2.0}, torch::kFloat64).view({1, 2, 1, 1});
  const auto gated = [](double a, double b) { return std::tanh(a) / (1 + std::exp(-b)); };
  EXPECT_NEAR(gate(x, {}).item<double>(), gated(1.5, -0.7), 1e-12);
  EXPECT_NEAR(gate(x, label).item<double>(), gated(1.75, 1.3), 1e-12);
}

TEST(PixelSnail, AttentionFollowsEveryNthLayer) {
  const PixelCnn model({.attention_every = 3}, {1, 4, 4});
  for (int layer = 0; layer < 6; ++layer)
    EXPECT_EQ(
        model.named_parameters().contains("attention" + std::to_string(layer) + ".key.weight"),
        layer == 2 || layer == 5)
        << layer;
}

// Layers too few to see the whole picture: with attention every pixel moves all after it, without
// it only those near.
TEST(PixelSnail, AttentionReachesEveryPixelBeforeAndNoneAfter) {
  for (const std::int64_t every : {0, 1}) {
    auto model = small_model(7, {.channels = 12, .layers = 1, .attention_every = every});
    const auto moved = influence([&](const auto& x) { return model.outputs(x, {}); }, 7);
    int reached = 0;
    for (std::int64_t j = 0; j < 49; ++j)
      for (std::int64_t i = 0; i < 49; ++i) {
        const bool moves = moved[static_cast<std::size_t>(j)][i].item<bool>();
        EXPECT_FALSE(moves && i <= j) << j << " to " << i;
        reached += moves;
      }
    EXPECT_EQ(reached == 49 * 48 / 2, every == 1) << reached;
  }
}

TEST(PixelSnail, ThePlaceWithoutAnyBeforeItGetsItsOwnFeaturesAndNoNan) {
  torch::manual_seed(12);
  CausalAttention attention(3, 4, 2, 2);
  torch::NoGradGuard no_grad;
  const auto features = torch::randn({2, 3, 2, 2}), pixels = torch::rand({2, 1, 2, 2});
  const auto found = attention->forward(features, pixels) - features;
  EXPECT_TRUE(found.isfinite().all().item<bool>());
  const auto bias = attention->named_parameters()["leave.bias"].expand({2, 3});
  EXPECT_TRUE(torch::allclose(found.select(3, 0).select(2, 0), bias, 0, 1e-6));
  EXPECT_FALSE(torch::allclose(found.select(3, 1).select(2, 0), bias, 0, 1e-3));
  // The second place has one key, and so that one's value whatever the query says.
  const auto others = torch::cat({features.slice(3, 0, 1), torch::randn({2, 3, 2, 1})}, 3);
  const auto again = attention->forward(others, pixels) - others;
  EXPECT_TRUE(
      torch::allclose(again.select(3, 1).select(2, 0), found.select(3, 1).select(2, 0), 0, 1e-5));
}

// A single stack of masked convolutions never sees some pixels above and to the right
// (arXiv:1606.05328, figure 1).
TEST(PixelCnn, ASingleMaskedStackHasABlindSpot) {
  torch::manual_seed(5);
  const auto kernel = torch::randn({5, 1, 1, 3, 3}, torch::kFloat64);
  const auto stack = [&](torch::Tensor x) {
    for (int l = 0; l < 5; ++l) {
      auto mask = torch::tensor({{1.0, 1.0, 1.0}, {1.0, l == 0 ? 0.0 : 1.0, 0.0}, {0.0, 0.0, 0.0}},
                                torch::kFloat64);
      x = torch::conv2d(x, kernel[l] * mask, {}, 1, 1).tanh();
    }
    return x;
  };
  const auto moved = influence(stack, 7);
  int hidden = 0;
  for (std::int64_t j = 0; j < 49; ++j)
    for (std::int64_t i = j + 1; i < 49; ++i)
      hidden += !moved[static_cast<std::size_t>(j)][i].item<bool>();
  EXPECT_GT(hidden, 0);
}

class PixelCnnSum : public testing::TestWithParam<std::int64_t> {};  // layers between attentions

TEST_P(PixelCnnSum, ProbabilitiesOfAllPicturesSumToOne) {
  auto model = small_model(2, {.attention_every = GetParam()});
  const auto number = torch::arange(16).unsqueeze(1);
  const auto x = number.bitwise_right_shift(torch::arange(4)).bitwise_and(1).to(torch::kFloat64);
  auto rng = make_rng(1, 0);
  const auto log_prob = model.log_prob({.images = x.view({16, 1, 2, 2}), .labels = {}}, {}, rng);
  EXPECT_EQ(log_prob.kind, EstimateKind::kExact);
  EXPECT_NEAR(log_prob.per_example.exp().sum().item<double>(), 1, 1e-10);
  // Samples have these probabilities: chi-square with 15 degrees of freedom.
  constexpr std::int64_t kDraws = 20000;
  const auto drawn = model.sample(kDraws, {}, rng).flatten(1);
  const auto which = torch::matmul(drawn, torch::tensor({1.0, 2.0, 4.0, 8.0}, torch::kFloat64));
  const auto counts = torch::bincount(which.to(torch::kInt64), {}, 16).to(torch::kFloat64);
  const auto expected = log_prob.per_example.exp() * kDraws;
  EXPECT_LT(((counts - expected).square() / expected).sum().item<double>(), 15 + 5 * 5.5);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutAttention, PixelCnnSum, testing::Values(0, 2));

TEST(PixelCnn, CachedSamplingDrawsWhatWholePassesDraw) {
  struct Case {
    std::int64_t classes, attention_every;
  };
  for (const auto& [classes, every] : {Case{0, 0}, Case{3, 0}, Case{3, 1}, Case{0, 2}}) {
    auto model = small_model(9, {.classes = classes, .attention_every = every});
    auto rng = make_rng(6, 0), again = make_rng(6, 0);
    const auto fast = model.sample(5, {}, rng), slow = model.sample_slowly(5, {}, again);
    EXPECT_TRUE(torch::equal(fast, slow)) << classes << ", " << every;
    EXPECT_GT(fast.sum().item<double>(), 0);
  }
}

TEST(PixelCnn, WithoutWeightsEveryPixelIsAsLikelyAsNot) {
  auto model = small_model(5);
  torch::NoGradGuard no_grad;
  for (auto& parameter : model.parameters()) parameter.zero_();
  auto rng = make_rng(7, 0);
  const auto score = model.log_prob({.images = random_pictures(3, 5), .labels = {}}, {}, rng);
  EXPECT_NEAR(score.mean(), -25 * std::log(2.0), 1e-12);
}

TEST(PixelCnn, LabelsMoveTheOutputsAndEqualOnesDoNot) {
  auto model = small_model(5, {.classes = 3});
  const auto x = random_pictures(2, 5);
  const auto zero = torch::zeros({2}, torch::kInt64);
  const auto first = model.outputs(x, zero);
  EXPECT_FALSE(torch::allclose(first, model.outputs(x, zero + 1)));
  EXPECT_TRUE(torch::equal(first, model.outputs(x, zero)));
  auto rng = make_rng(8, 0);
  EXPECT_THROW(model.sample(1, {.label = 3}, rng), Error);
  EXPECT_THROW(model.outputs(x, {}), Error);
}

TEST(PixelCnn, EvenKernelsAreRefused) { EXPECT_THROW(PixelCnn({.kernel = 4}, {1, 5, 5}), Error); }

}  // namespace
}  // namespace vqcodec::models
