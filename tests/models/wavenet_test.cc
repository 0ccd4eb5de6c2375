// Guarded lines broken once on purpose: the shift by one symbol, the padding by the reach, the
// dilation, the residual, the skip, the sampler's window, and the start symbol.
#include "models/generative/wavenet.h"

#include <gtest/gtest.h>

#include <cmath>

#include "entropy/error.h"
#include "models/generative/markov_sequences.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

WaveNet small_model(std::int64_t height, std::int64_t width, WaveNetOptions options = {}) {
  torch::manual_seed(1);
  options.channels = 5;
  options.skip = 6;
  if (options.layers == 9) options.layers = 3;
  WaveNet model(options, {1, height, width}, /*holds_symbols=*/true);
  torch::NoGradGuard no_grad;
  for (auto& parameter : model.parameters()) parameter.mul_(2);
  model.to(torch::kFloat64);
  return model;
}

torch::Tensor random_symbols(std::int64_t n, std::int64_t length, std::int64_t alphabet) {
  auto rng = make_rng(2, 0);
  return torch::randint(alphabet, {n, length}, rng, torch::kInt64);
}

// (T,T) bool: [j][i] whether symbol j moves output i.
torch::Tensor influence(WaveNet& model, const torch::Tensor& symbols, std::int64_t alphabet) {
  torch::NoGradGuard no_grad;
  const auto before = model.logits(symbols);
  std::vector<torch::Tensor> moved;
  for (std::int64_t j = 0; j < symbols.size(1); ++j) {
    auto changed = symbols.clone();
    changed[0][j] = (changed[0][j] + 1).remainder(alphabet);
    moved.push_back((model.logits(changed) - before).abs().amax(1)[0] > 1e-12);
  }
  return torch::stack(moved);
}

// Outputs at and before a symbol do not move; those after it do, as far as the receptive field
// 1 + sum (kernel - 1) dilation reaches, and no farther.
TEST(WaveNet, EverySymbolMovesExactlyThoseAfterItWithinTheReceptiveField) {
  struct Case {
    std::int64_t kernel, layers, blocks, field;
  };
  for (const auto& [kernel, layers, blocks, field] :
       {Case{2, 3, 1, 1 + 7}, Case{2, 3, 2, 1 + 14}, Case{3, 2, 1, 1 + 2 * 3}}) {
    auto model = small_model(
        1, 20,
        {.symbols = 3, .layers = layers, .blocks = blocks, .kernel = kernel, .pixels = "grey"});
    EXPECT_EQ(model.receptive_field(), field);
    const auto moved = influence(model, random_symbols(1, 20, 3), 3);
    for (std::int64_t j = 0; j < 20; ++j)
      for (std::int64_t i = 0; i < 20; ++i)
        EXPECT_EQ(moved[j][i].item<bool>(), i > j && i - j <= field) << j << " to " << i;
  }
}

// arXiv:1609.03499, eq. 2 and figure 4, with one channel.
TEST(WaveNet, ALayerIsGatedWithAResidualAndASkip) {
  DilatedLayer layer(WaveNetOptions{.channels = 1, .skip = 1}, /*dilation=*/2);
  layer->to(torch::kFloat64);
  const auto x = torch::tensor({0.4, 9.0, -1.2}, torch::kFloat64).view({1, 1, 3});
  auto skip = torch::full({1, 1, 1}, 0.5, torch::kFloat64);
  torch::NoGradGuard no_grad;
  const auto next = layer->forward(x, skip).item<double>();
  auto parameters = layer->named_parameters();
  const auto value = [&](const char* name, std::int64_t i) {
    return parameters[name].flatten()[i].item<double>();
  };
  const auto sum = [&](std::int64_t gate) {  // the middle of x is not seen
    return value("gates.bias", gate) + 0.4 * value("gates.weight", 2 * gate) -
           1.2 * value("gates.weight", 2 * gate + 1);
  };
  const double gated = std::tanh(sum(0)) / (1 + std::exp(-sum(1)));
  EXPECT_NEAR(next, -1.2 + value("leave.weight", 0) * gated + value("leave.bias", 0), 1e-12);
  EXPECT_NEAR(skip.item<double>(), 0.5 + value("skip.weight", 0) * gated + value("skip.bias", 0),
              1e-12);
}

// 2x2 pictures of two and of three symbols.
TEST(WaveNet, ProbabilitiesOfAllPicturesSumToOneAndSamplesHaveThem) {
  for (const std::int64_t alphabet : {2, 3}) {
    auto model = small_model(2, 2, {.symbols = alphabet, .pixels = "grey"});
    const auto symbol = torch::arange(alphabet);
    const auto all = torch::cartesian_prod({symbol, symbol, symbol, symbol});
    torch::NoGradGuard no_grad;
    const auto p = model.log_prob_of(all).exp();
    EXPECT_NEAR(p.sum().item<double>(), 1, 1e-10);
    constexpr std::int64_t kDraws = 20000;
    auto rng = make_rng(3, 0);
    const auto drawn = model.symbols(model.sample(kDraws, {}, rng));
    const auto a = alphabet;
    const auto number = (drawn * torch::tensor({a * a * a, a * a, a, std::int64_t{1}})).sum(1);
    const auto counts = torch::bincount(number, {}, p.size(0)).to(torch::kFloat64);
    const auto chi_square = ((counts - kDraws * p).square() / (kDraws * p)).sum();
    const auto freedom = static_cast<double>(p.size(0) - 1);
    EXPECT_LT(chi_square.item<double>(), freedom + 5 * std::sqrt(2 * freedom)) << alphabet;
  }
}

TEST(WaveNet, CachedSamplingDrawsWhatWholePassesDraw) {
  auto model = small_model(4, 6, {.symbols = 3, .blocks = 2, .pixels = "grey"});
  auto rng = make_rng(4, 0), again = make_rng(4, 0);
  const auto fast = model.sample(5, {}, rng), slow = model.sample_slowly(5, again);
  EXPECT_TRUE(torch::equal(fast, slow));
  EXPECT_EQ(fast.sizes(), torch::IntArrayRef({5, 1, 4, 6}));
  EXPECT_GT(fast.std().item<double>(), 0.1);
}

TEST(WaveNet, TheScoreIsTheSumOfItsSteps) {
  auto model = small_model(1, 10, {.symbols = 3, .pixels = "grey"});
  const auto x = random_symbols(2, 10, 3);
  torch::NoGradGuard no_grad;
  auto sum = torch::zeros({2}, torch::kFloat64);
  for (std::int64_t t = 0; t < 10; ++t) {
    auto known = x.clone();
    known.slice(1, t) = 0;  // what is not yet known
    const auto step = model.logits(known).select(2, t).log_softmax(1);
    sum += step.gather(1, x.select(1, t).unsqueeze(1)).squeeze(1);
  }
  EXPECT_TRUE(torch::allclose(model.log_prob_of(x), sum, 0, 1e-10));
}

TEST(WaveNet, WithoutWeightsEverySymbolIsAsLikelyAsAnother) {
  auto model = small_model(2, 3, {.symbols = 5, .pixels = "grey"});
  torch::NoGradGuard no_grad;
  for (auto& parameter : model.parameters()) parameter.zero_();
  const auto score = model.log_prob_of(random_symbols(3, 6, 5));
  EXPECT_TRUE(torch::allclose(score, torch::full({3}, -6 * std::log(5.0), torch::kFloat64)));
}

TEST(WaveNet, PixelsAreQuantizedToItsSymbolsAndBack) {
  WaveNet model({.symbols = 4, .pixels = "grey"}, {1, 1, 4});
  const auto levels = torch::tensor({0.0, 1 / 3.0, 2 / 3.0, 1.0}).view({1, 1, 1, 4});
  EXPECT_TRUE(torch::equal(model.symbols(levels), torch::arange(4).view({1, 4})));
  auto rng = make_rng(5, 0);
  const auto drawn = model.sample(8, {}, rng);
  EXPECT_TRUE(torch::allclose(model.symbols(drawn).to(torch::kFloat32) / 3, drawn.flatten(1)));
}

TEST(WaveNet, ColoursAndLevelsOfBinaryPixelsAreRefused) {
  EXPECT_THROW(WaveNet({}, {3, 4, 4}), Error);
  EXPECT_THROW(WaveNet({.symbols = 4}, {1, 4, 4}), Error);
}

TEST(MarkovSource, ContextsAreTheSymbolsBefore) {
  const auto x = torch::tensor({{2, 1, 3, 0}});
  EXPECT_TRUE(torch::equal(contexts_of(x, 4, 2), torch::tensor({{0, 2, 9, 7}})));
}

TEST(MarkovSource, ItsProbabilitiesSumToOneAndItsSamplesHaveThem) {
  const auto source = make_source({.order = 2}, 2);
  const auto symbol = torch::arange(2);
  const auto all = torch::cartesian_prod({symbol, symbol, symbol, symbol, symbol});
  const auto p = source.log_prob(all).exp();
  EXPECT_NEAR(p.sum().item<double>(), 1, 1e-12);
  auto rng = make_rng(6, 0);
  constexpr std::int64_t kDraws = 20000;
  const auto drawn = source.sample(kDraws, 5, rng);
  const auto number = (drawn * torch::tensor({16, 8, 4, 2, 1})).sum(1);
  const auto counts = torch::bincount(number, {}, 32).to(torch::kFloat64);
  const auto chi_square = ((counts - kDraws * p).square() / (kDraws * p)).sum();
  EXPECT_LT(chi_square.item<double>(), 31 + 5 * std::sqrt(62.0));
}

TEST(MarkovWaveNet, SymbolsAreShownFromBlackToWhite) {
  MarkovWaveNet model({.symbols = 3, .channels = 4, .skip = 4, .layers = 1, .pixels = "grey"},
                      {.order = 1, .length = 3});
  const auto symbols = torch::tensor({0.0F, 1.0F, 2.0F}).view({1, 1, 1, 3});
  EXPECT_TRUE(
      torch::equal(model.shown(symbols), torch::tensor({0.0F, 0.5F, 1.0F}).view({1, 1, 1, 3})));
}

// A memory of two symbols cannot tell what the third decides; the network has that one too.
TEST(MarkovWaveNet, BeatsTheMemoryOfTwoSymbolsAndNotTheSource) {
  constexpr std::int64_t kAlphabet = 3;
  torch::manual_seed(7);
  const MarkovOptions markov{.order = 3, .length = 32};
  MarkovWaveNet model(
      {.symbols = kAlphabet, .channels = 24, .skip = 24, .layers = 2, .pixels = "grey"}, markov);
  const auto source = make_source(markov, kAlphabet);
  auto rng = make_rng(8, 0);
  const auto draw = [&](std::int64_t n) {
    return Batch{.images = source.sample(n, 32, rng).to(torch::kFloat32).view({n, 1, 1, 32}),
                 .labels = {}};
  };
  torch::optim::Adam optimizer(model.parameters(), torch::optim::AdamOptions(1e-2));
  for (int step = 0; step < 150; ++step) {
    optimizer.zero_grad();
    model.loss(draw(32), rng).total.backward();
    optimizer.step();
  }
  model.eval();
  const auto figures = model.figures(draw(500), {}, rng);
  ASSERT_EQ(figures.size(), 3u);
  EXPECT_LT(figures[0].value, figures[1].value - 0.02);
  EXPECT_GT(figures[0].value, figures[2].value - 3 * figures[2].standard_error);
}

}  // namespace
}  // namespace vqcodec::models
