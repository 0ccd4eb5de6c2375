// A PixelCnn as the prior of code maps: levels are names, and coarser maps and labels are given.
// Guarded lines broken once on purpose: the embedding in each place that the sampler puts it, the
// row and the column of the map, the map's and the label's parts, the keys of attention.
#include <gtest/gtest.h>

#include <cmath>

#include "models/generative/pixelcnn.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kLevels = 5, kHeight = 4, kWidth = 3;

PixelCnn small_prior(std::int64_t attention_every = 2) {
  torch::manual_seed(3);
  PixelCnn prior({.channels = 12,
                  .layers = 4,
                  .kernel = 3,
                  .first_kernel = 3,
                  .classes = 3,
                  .attention_every = attention_every,
                  .pixels = "softmax",
                  .levels = kLevels,
                  .embedding = 6,
                  .map_channels = 2},
                 {1, kHeight, kWidth});
  torch::NoGradGuard no_grad;
  for (auto& parameter : prior.parameters()) parameter.mul_(2);
  prior.to(torch::kFloat64);
  return prior;
}

struct Known {
  torch::Tensor x, labels, map;
};
Known known(std::int64_t n) {
  torch::manual_seed(4);
  const auto codes = torch::randint(kLevels, {n, 1, kHeight, kWidth});
  return {.x = codes.to(torch::kFloat64) / static_cast<double>(kLevels - 1),
          .labels = torch::arange(n).remainder(3),
          .map = torch::randn({n, 2, kHeight, kWidth}, torch::kFloat64)};
}

TEST(CodePrior, ItsProbabilityIsTheProductOfItsSteps) {
  for (const std::int64_t every : {0, 1, 2}) {
    auto prior = small_prior(every);
    const auto [x, labels, map] = known(4);
    auto steps = torch::zeros({4}, torch::kFloat64);
    const auto again =
        prior.chosen(4, labels, map, [&](const auto& outputs, auto y, auto column, auto) {
          const auto value = x.narrow(2, y, 1).narrow(3, column, 1);
          steps += prior.output().log_prob(outputs, value);
          return value;
        });
    EXPECT_TRUE(torch::equal(again, x));
    EXPECT_TRUE(torch::allclose(steps, prior.log_prob_given(x, labels, map), 0, 1e-10)) << every;
  }
}

TEST(CodePrior, EveryCodeMovesExactlyThoseAfterItAndTheMapMovesItsPlace) {
  torch::NoGradGuard no_grad;
  auto prior = small_prior();
  const auto [x, labels, map] = known(1);
  const auto before = prior.outputs(x, labels, map).flatten(2);  // (1,K,H W)
  const auto moved = [&](const torch::Tensor& codes, const torch::Tensor& given) {
    return ((prior.outputs(codes, labels, given).flatten(2) - before).abs() > 1e-12).any(1)[0];
  };
  for (std::int64_t j = 0; j < kHeight * kWidth; ++j) {
    auto codes = x.clone();
    codes.view(-1)[j] = 1 - codes.view(-1)[j] + (codes.view(-1)[j] == 0.5) * 0.25;
    const auto by_code = moved(codes, map);
    auto other = map.clone();
    other.select(1, 1).view(-1)[j] += 1;
    const auto by_map = moved(x, other);
    for (std::int64_t i = 0; i < kHeight * kWidth; ++i)
      EXPECT_EQ(by_code[i].item<bool>(), i > j) << j << " to " << i;
    EXPECT_TRUE(by_map[j].item<bool>()) << j;
  }
}

// Names, no numbers: what a code is called does not matter where its features go along.
TEST(CodePrior, CodesMayBeRenamed) {
  torch::NoGradGuard no_grad;
  auto prior = small_prior();
  const auto [x, labels, map] = known(3);
  const auto before = prior.log_prob_given(x, labels, map);
  auto parameters = prior.named_parameters();
  for (const char* name : {"embedding.weight", "head.3.weight", "head.3.bias"})
    parameters[name].copy_(parameters[name].flip(0));
  EXPECT_TRUE(torch::allclose(prior.log_prob_given(1 - x, labels, map), before, 0, 1e-12));
  EXPECT_FALSE(torch::allclose(prior.log_prob_given(x, labels, map), before, 0, 1e-3));
}

TEST(CodePrior, WithoutWeightsEveryCodeCostsTheLogarithmOfTheirNumber) {
  torch::NoGradGuard no_grad;
  auto prior = small_prior();
  for (auto& parameter : prior.parameters()) parameter.zero_();
  const auto [x, labels, map] = known(3);
  const auto nll = -prior.log_prob_given(x, labels, map);
  EXPECT_TRUE(
      torch::allclose(nll, torch::full_like(nll, kHeight * kWidth * std::log(kLevels)), 0, 1e-12));
}

}  // namespace
}  // namespace vqcodec::models
