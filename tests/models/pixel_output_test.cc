// PixelCnn for pixels of several levels and colours. Guarded lines broken once on purpose: the
// masks' order, strictness and blocks, the first layer's own colours, what the sampler puts back
// after each colour, the layout of the outputs, levels, and each part of the logistic mixture.
#include "models/generative/pixel_output.h"

#include <gtest/gtest.h>

#include <cmath>

#include "entropy/error.h"
#include "models/generative/pixelcnn.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

PixelCnn small_model(const PictureShape& shape, const std::string& pixels, std::int64_t levels,
                     std::uint64_t seed = 3) {
  torch::manual_seed(seed);
  PixelCnn model({.channels = 7,  // no multiple of three: every colour has features all the same
                  .layers = 4,
                  .kernel = 3,
                  .first_kernel = 3,
                  .pixels = pixels,
                  .levels = levels,
                  .components = 2},
                 shape);
  torch::NoGradGuard no_grad;
  for (auto& parameter : model.parameters()) parameter.mul_(2);
  model.to(torch::kFloat64);
  return model;
}

// Pictures of K levels, 0..1.
torch::Tensor random_pictures(std::int64_t n, const PictureShape& shape, std::int64_t levels) {
  auto rng = make_rng(4, 0);
  const auto symbols =
      torch::randint(levels, {n, shape.channels, shape.height, shape.width}, rng, torch::kInt64);
  return symbols.to(torch::kFloat64) / static_cast<double>(levels - 1);
}

// All pictures of a shape, one each of K^values.
torch::Tensor all_pictures(const PictureShape& shape, std::int64_t levels) {
  std::int64_t count = 1;
  std::vector<torch::Tensor> digits;
  for (std::int64_t i = 0; i < shape.values(); ++i) count *= levels;
  auto number = torch::arange(count);
  for (std::int64_t i = 0; i < shape.values(); ++i) {
    digits.push_back(number.remainder(levels));
    number = number.div(levels, "floor");
  }
  return torch::stack(digits, 1).view({count, shape.channels, shape.height, shape.width}) /
         static_cast<double>(levels - 1);
}

struct Case {
  PictureShape shape;
  std::string pixels;
  std::int64_t levels;
};

class PixelOutputs : public testing::TestWithParam<Case> {};

TEST_P(PixelOutputs, ProbabilitiesOfAllPicturesSumToOne) {
  const auto& [shape, pixels, levels] = GetParam();
  auto model = small_model(shape, pixels, levels);
  auto rng = make_rng(5, 0);
  const auto x = all_pictures(shape, levels).to(torch::kFloat64);
  const auto score = model.log_prob({.images = x, .labels = {}}, {}, rng);
  EXPECT_EQ(score.kind, EstimateKind::kExact);
  EXPECT_NEAR(score.per_example.exp().sum().item<double>(), 1, 1e-10);
}

TEST_P(PixelOutputs, CachedDrawsAreThoseOfWholePasses) {
  const auto& [shape, pixels, levels] = GetParam();
  const PictureShape larger{shape.channels, 5, 6};
  auto model = small_model(larger, pixels, levels);
  auto rng = make_rng(6, 0), again = make_rng(6, 0);
  const auto fast = model.sample(4, {}, rng), slow = model.sample_slowly(4, {}, again);
  EXPECT_TRUE(torch::equal(fast, slow));
  EXPECT_GT(fast.std().item<double>(), 0.1);
}

// The parallel pass and the cache, which sees each value's own past alone, agree.
TEST_P(PixelOutputs, TheLikelihoodIsTheSumOfTheSteps) {
  const auto& [shape, pixels, levels] = GetParam();
  const PictureShape larger{shape.channels, 5, 6};
  auto model = small_model(larger, pixels, levels);
  auto rng = make_rng(7, 0);
  for (const auto type : {torch::kFloat64, torch::kFloat32}) {
    model.to(type);
    const Batch batch{.images = random_pictures(3, larger, levels).to(type), .labels = {}};
    const auto whole = model.log_prob(batch, {}, rng).per_example;
    const auto steps = model.log_prob_by_steps(batch).to(torch::kFloat64);
    EXPECT_TRUE(torch::allclose(steps, whole, type == torch::kFloat64 ? 1e-12 : 1e-5, 0));
  }
}

// Values in the order in which they are drawn: places in raster order, at each red, green, blue.
torch::Tensor in_order(const torch::Tensor& x) { return x.permute({0, 2, 3, 1}).flatten(); }

// [said, value]: what is said of a value, the sum of its outputs with weights that cancel nothing,
// has a slope in, or moves with, another value.
struct Influence {
  torch::Tensor by_gradient, by_change;
};

Influence influence(PixelCnn& model, const torch::Tensor& x) {
  const auto said = [&](const torch::Tensor& picture) {
    const auto outputs = model.outputs(picture, {});
    const auto weights = torch::arange(1, outputs.size(1) + 1, torch::kFloat64).sqrt();
    return in_order((outputs * weights.view({1, -1, 1, 1, 1})).sum(1));
  };
  const auto followed = x.clone().requires_grad_();
  const auto before = said(followed);
  std::vector<torch::Tensor> rows, columns;
  for (const auto& one : before.unbind(0))
    rows.push_back(in_order(torch::autograd::grad({one}, {followed}, {}, true)[0]) != 0);
  torch::NoGradGuard no_grad;
  for (std::int64_t j = 0; j < before.size(0); ++j) {
    auto changed = x.permute({0, 2, 3, 1}).clone(torch::MemoryFormat::Contiguous);
    changed.view(-1)[j] += 3;
    columns.push_back((said(changed.permute({0, 3, 1, 2})) - before).abs() > 1e-12);
  }
  return {torch::stack(rows), torch::stack(columns, 1)};
}

// Under no weights does anything before a value, or it itself, depend on it; all after it does
// under some.
TEST_P(PixelOutputs, EveryValueMovesExactlyThoseAfterIt) {
  const auto& [shape, pixels, levels] = GetParam();
  const PictureShape larger{shape.channels, 4, 4};
  const auto x = random_pictures(1, larger, levels);
  const auto values = torch::ones({larger.values(), larger.values()}, torch::kBool);
  auto gradients = values.logical_not(), changes = gradients.clone();
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    auto model = small_model(larger, pixels, levels, seed);
    const auto found = influence(model, x);
    gradients.logical_or_(found.by_gradient);
    changes.logical_or_(found.by_change);
  }
  EXPECT_TRUE(torch::equal(changes, values.tril(-1)));
  EXPECT_TRUE(torch::equal(gradients, values.tril(-1)));
}

INSTANTIATE_TEST_SUITE_P(LevelsAndColours, PixelOutputs,
                         testing::Values(Case{{1, 2, 2}, "softmax", 3},
                                         Case{{1, 2, 2}, "logistic", 3},
                                         Case{{3, 1, 2}, "softmax", 3},
                                         Case{{3, 1, 2}, "logistic", 3},
                                         Case{{3, 1, 2}, "binary", 2}));

TEST(PixelOutput, WithoutWeightsEveryLevelIsAsLikely) {
  auto model = small_model({3, 4, 4}, "softmax", 11);
  torch::NoGradGuard no_grad;
  for (auto& parameter : model.parameters()) parameter.zero_();
  auto rng = make_rng(8, 0);
  const auto score =
      model.log_prob({.images = random_pictures(3, {3, 4, 4}, 11), .labels = {}}, {}, rng);
  EXPECT_NEAR(score.mean(), -48 * std::log(11.0), 1e-12);
}

// Levels between are those of the nearest level, in what is given as in what is scored.
TEST(PixelOutput, PixelsAreOfTheLevelsThatThereAre) {
  for (const std::string pixels : {"softmax", "logistic"}) {
    auto model = small_model({1, 3, 3}, pixels, 4);
    auto rng = make_rng(9, 0);
    const auto x = random_pictures(5, {1, 3, 3}, 4);
    const auto near = x + 0.1 * torch::rand(x.sizes(), rng, torch::kFloat64);
    const auto exact = model.log_prob({.images = x, .labels = {}}, {}, rng);
    EXPECT_TRUE(torch::equal(model.log_prob({.images = near, .labels = {}}, {}, rng).per_example,
                             exact.per_example));
    EXPECT_NEAR(model.loss({.images = near, .labels = {}}, rng).total.item<double>(), -exact.mean(),
                1e-12);
    const auto drawn = 3 * model.sample(20, {}, rng);
    EXPECT_TRUE(torch::allclose(drawn, drawn.round(), 0, 1e-9));
  }
}

// Three numbers a component: its logit, its mean and its log scale, for values -1..1.
TEST(PixelOutput, TheMixtureIsThatOfItsNumbers) {
  const PixelOutput output{"logistic", 5, 2};
  EXPECT_EQ(output.parameters(), 6);
  const auto numbers = torch::tensor({0.3, -0.4, 0.6, -0.8, -1.0, -1.5}, torch::kFloat64);
  const auto sigmoid = [](double a) { return 1 / (1 + std::exp(-a)); };
  double sum = 0;
  for (int level = 0; level < 5; ++level) {
    const double value = -1 + 0.5 * level;
    double expected = 0;
    for (int m = 0; m < 2; ++m) {
      const double weight = m == 0 ? sigmoid(0.7) : sigmoid(-0.7);
      const double mean = m == 0 ? 0.6 : -0.8, scale = std::exp(m == 0 ? -1.0 : -1.5);
      const double above = level == 4 ? 1 : sigmoid((value + 0.25 - mean) / scale);
      const double below = level == 0 ? 0 : sigmoid((value - 0.25 - mean) / scale);
      expected += weight * (above - below);
    }
    const auto x = torch::full({1, 1, 1, 1}, level / 4.0, torch::kFloat64);
    const double found = output.log_prob(numbers.view({1, 6, 1, 1, 1}), x).exp().item<double>();
    EXPECT_NEAR(found, expected, 1e-12) << level;
    sum += found;
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(PixelOutput, DrawsHaveTheirProbabilities) {
  constexpr std::int64_t kDraws = 20000;
  for (const auto& output : {PixelOutput{"logistic", 5, 2}, PixelOutput{"softmax", 6, 1}}) {
    auto rng = make_rng(10, 0);
    const auto numbers = 2 * torch::randn({1, 6, 1, 1, 1}, rng, torch::kFloat64) - 0.5;
    const auto levels = output.levels;
    const auto x = torch::arange(levels, torch::kFloat64).view({-1, 1, 1, 1}) /
                   static_cast<double>(levels - 1);
    const auto p = output.log_prob(numbers.expand({levels, 6, 1, 1, 1}), x).exp();
    const auto drawn = output.sample(numbers.expand({kDraws, 6, 1, 1, 1}), rng).flatten();
    const auto symbols = (drawn * static_cast<double>(levels - 1)).round().to(torch::kInt64);
    const auto counts = torch::bincount(symbols, {}, levels).to(torch::kFloat64);
    const auto chi_square = ((counts - kDraws * p).square() / (kDraws * p)).sum().item<double>();
    const auto freedom = static_cast<double>(levels - 1);
    EXPECT_LT(chi_square, freedom + 5 * std::sqrt(2 * freedom)) << output.pixels;
  }
}

TEST(PixelOutput, AttentionWouldMixColoursAndIsRefused) {
  EXPECT_THROW(PixelCnn({.attention_every = 2}, {3, 4, 4}), Error);
}

}  // namespace
}  // namespace vqcodec::models
