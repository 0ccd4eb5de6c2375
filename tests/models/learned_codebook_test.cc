// Guarded lines broken once on purpose: either part of the loss, its detachments, beta, the order
// of ties, the decay, the smoothing, the count of idle steps, what a restart takes, tau.
#include "models/generative/learned_codebook.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/codebook_usage.h"
#include "models/k_means.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kWords = 6, kDimension = 3;

LearnedCodebook small_book(LearnedCodebookOptions options = {}) {
  torch::manual_seed(3);
  options.codewords = kWords;
  options.dimension = kDimension;
  LearnedCodebook book(options);
  book->to(torch::kFloat64);
  return book;
}

torch::Tensor some_latents(std::int64_t n = 4) {
  torch::manual_seed(4);
  return torch::randn({n, kDimension, 2, 3}, torch::kFloat64).requires_grad_();
}

torch::Tensor rows_of(const torch::Tensor& z) {
  return z.detach().permute({0, 2, 3, 1}).flatten(0, 2);
}

// arXiv:1711.00937, eq. 3, by hand: z.grad = decoder's + 2 beta (z - C) / n, C.grad = 2 sum (C - z)
// / n over the n latents' elements.
TEST(LearnedCodebook, GradientsAreThoseOfTheFormula) {
  auto book = small_book({.learning = "gradient", .commitment = 0.7});
  const auto z = some_latents();
  auto rng = make_rng(1, 0);
  const auto result = book->forward(z, 0, rng);
  const auto decoder = torch::randn_like(z).detach();  // d loss / d codewords
  ((result.latents * decoder).sum() + result.loss).backward();
  const auto words = book->lookup(result.codes).detach();
  const auto n = static_cast<double>(z.numel());
  EXPECT_TRUE(torch::allclose(z.grad(), decoder + 2 * 0.7 * (z - words) / n, 0, 1e-14));
  const auto pulls = 2 * (rows_of(words) - rows_of(z)) / n;
  const auto expected =
      torch::zeros_like(book->codewords()).index_add(0, result.codes.flatten(), pulls);
  EXPECT_TRUE(torch::allclose(book->codewords().grad(), expected, 0, 1e-14));
}

TEST(LearnedCodebook, TheDecodersGradientReachesTheEncoderBitForBit) {
  for (const char* learning : {"averages", "gradient"}) {
    auto book = small_book({.learning = learning, .commitment = 0});
    const auto z = some_latents();
    auto rng = make_rng(1, 0);
    const auto decoder = torch::randn_like(z).detach();
    const auto result = book->forward(z, 0, rng);
    EXPECT_TRUE(torch::equal(result.latents, book->lookup(result.codes)));
    (result.latents * decoder).sum().backward();
    EXPECT_TRUE(torch::equal(z.grad(), decoder)) << learning;
  }
}

// z - C = -n g / (2 beta): where the encoder rests depends on beta.
TEST(LearnedCodebook, BetaMovesWhereTheEncoderRests) {
  const auto size_of_rest = [](double beta) {
    auto book = small_book({.commitment = beta});
    auto rng = make_rng(1, 0);
    const auto g = 1e-3 * torch::ones({1, kDimension, 1, 1}, torch::kFloat64);
    const auto rest =
        book->lookup(torch::zeros({1, 1, 1}, torch::kInt64)) - kDimension * g / (2 * beta);
    const auto z = rest.detach().requires_grad_();
    const auto result = book->forward(z, 0, rng);
    ((result.latents * g).sum() + result.loss).backward();
    EXPECT_LT(z.grad().abs().max().item<double>(), 1e-15);
    return (z - result.latents).norm().item<double>();
  };
  EXPECT_NEAR(size_of_rest(0.25), 4 * size_of_rest(1), 1e-12);
}

TEST(LearnedCodebook, CodesAreTheNearestAndOfEqualOnesTheFirst) {
  auto book = small_book();
  book->codewords()[4].copy_(book->codewords()[2]);  // never chosen
  const auto rows = rows_of(some_latents(50));
  const auto codes = book->assigned(rows);
  const auto distances = squared_distances(rows, book->codewords());
  int twins = 0;
  for (std::int64_t i = 0; i < rows.size(0); ++i) {
    std::int64_t best = 0;
    for (std::int64_t k = 1; k < kWords; ++k)
      if (distances[i][k].item<double>() < distances[i][best].item<double>()) best = k;
    EXPECT_EQ(codes[i].item<std::int64_t>(), best);
    twins += best == 2;
  }
  EXPECT_GT(twins, 0);
  EXPECT_TRUE(torch::equal(book->assigned(rows.flip(0)), codes.flip(0)));
}

// Of the same latents at every step, uses and sums have closed forms in decay^t.
TEST(LearnedCodebook, AveragesOfConstantLatentsHaveTheirClosedForm) {
  const double decay = 0.9;
  auto book = small_book({.decay = decay});
  const auto start = book->codewords().clone();
  const auto rows = rows_of(some_latents(20));
  const auto codes = book->assigned(rows);
  const auto uses = torch::bincount(codes, {}, kWords).to(torch::kFloat64);
  const auto sums = torch::zeros_like(start).index_add(0, codes, rows);
  for (int t = 1; t <= 200; ++t) {
    book->average(rows, codes);
    const auto left = std::pow(decay, t);
    const auto n = left + (1 - left) * uses;  // uses begin at 1, sums at the codewords
    const auto smoothed = (n + 1e-5) / (n.sum() + kWords * 1e-5) * n.sum();
    const auto expected = (left * start + (1 - left) * sums) / smoothed.unsqueeze(1);
    ASSERT_TRUE(torch::allclose(book->codewords(), expected, 0, 1e-10)) << t;
  }
  const auto used = (uses > 0).nonzero().squeeze(1);
  EXPECT_TRUE(torch::allclose(book->codewords().index_select(0, used),
                              (sums / uses.unsqueeze(1)).index_select(0, used), 0, 1e-4));
}

// With the encoder held, codewords that follow their gradient end as their clusters' means, and the
// loss as Lloyd's; there they stay whatever their rate.
TEST(LearnedCodebook, GradientsEndAtTheMeansAndStayThereAtAnyRate) {
  auto book = small_book({.learning = "gradient", .commitment = 0});
  const auto z = some_latents(20).detach();
  auto rng = make_rng(1, 0);
  const auto descend = [&](double rate, int steps) {
    for (int step = 0; step < steps; ++step) {
      book->zero_grad();
      book->forward(z, 0, rng).loss.backward();
      torch::NoGradGuard no_grad;
      book->parameters()[0] -= rate * book->parameters()[0].grad();
    }
    return book->codewords().detach().clone();
  };
  const auto centres = descend(4, 1000), points = rows_of(z);
  const auto weights = torch::ones({points.size(0)}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(lloyd_step(points, weights, centres), centres, 0, 1e-5));
  const auto lloyd = std::get<0>(squared_distances(points, centres).min(1)).mean() / kDimension;
  EXPECT_NEAR(book->forward(z, 0, rng).loss.item<double>(), lloyd.item<double>(), 1e-10);
  EXPECT_TRUE(torch::allclose(descend(12, 100), centres, 0, 1e-5));
  for (int step = 0; step < 3000; ++step) book->average(points, book->assigned(points));
  EXPECT_LT(book->distance_from_means(), 1e-5);
  torch::NoGradGuard no_grad;
  book->parameters()[0] += 1;  // every element of every codeword
  EXPECT_NEAR(book->distance_from_means(), 1 / lloyd.item<double>(), 1e-2 / lloyd.item<double>());
}

// A codeword more, beside those of the converged book, never raises the distortion.
TEST(LearnedCodebook, MoreCodewordsNeverRaiseTheDistortion) {
  const auto points = rows_of(some_latents(40));
  const auto weights = torch::ones({points.size(0)}, torch::kFloat64);
  auto rng = make_rng(2, 0);
  auto centres = points.slice(0, 0, 1);
  double before = std::numeric_limits<double>::infinity();
  for (int k = 1; k <= 12; ++k) {
    for (int step = 0; step < 30; ++step) centres = lloyd_step(points, weights, centres);
    const auto distortion =
        std::get<0>(squared_distances(points, centres).min(1)).mean().item<double>();
    EXPECT_LE(distortion, before + 1e-12) << k;
    before = distortion;
    const auto next = draw(rng, points.size(0));
    centres = torch::cat({centres, points.slice(0, next, next + 1)});
  }
}

TEST(LearnedCodebook, RelaxedDrawsBecomeTheNearestCodewords) {
  auto book = small_book({.learning = "gumbel"});
  const auto z = some_latents();
  auto rng = make_rng(1, 0);
  const auto nearest = book->lookup(book->codes_of(z));
  const auto at = [&](double temperature) {
    return (book->forward(z, temperature, rng).latents - nearest).abs().max().item<double>();
  };
  EXPECT_EQ(at(0), 0);
  EXPECT_LT(at(1e-3), 1e-6);
  EXPECT_GT(at(1), 0.1);
  const auto drawn = book->forward(z, 1, rng);
  EXPECT_EQ(drawn.loss.item<double>(), 0);
  drawn.latents.square().sum().backward();
  EXPECT_GT(z.grad().abs().min().item<double>(), 0);
  EXPECT_GT(book->codewords().grad().abs().min().item<double>(), 0);
}

TEST(LearnedCodebook, RestartsTakeUnusedCodewordsAloneToLatents) {
  auto book = small_book();
  const auto rows = rows_of(some_latents()).slice(0, 0, 2);  // at most two codewords in use
  const auto codes = book->assigned(rows);
  const auto before = book->codewords().clone();
  auto rng = make_rng(1, 0);
  for (int step = 0; step < 49; ++step) book->restart(rows, codes, rng);
  EXPECT_TRUE(torch::equal(book->codewords(), before));
  book->restart(rows, codes, rng);
  const auto uses = torch::bincount(codes, {}, kWords);
  for (std::int64_t k = 0; k < kWords; ++k) {
    const auto word = book->codewords()[k];
    if (uses[k].item<std::int64_t>() > 0)
      EXPECT_TRUE(torch::equal(word, before[k])) << k;
    else
      EXPECT_TRUE((rows == word).all(1).any().item<bool>()) << k;
  }
  EXPECT_EQ(book->restarted(), uses.eq(0).sum().item<std::int64_t>());
  const auto after = book->codewords().clone();
  book->restart(rows, codes, rng);  // not again at once
  EXPECT_TRUE(torch::equal(book->codewords(), after));
  book->average(rows, codes);  // nor do averages take them back
  const auto unused = (uses == 0).nonzero().squeeze(1);
  EXPECT_TRUE(torch::allclose(book->codewords().index_select(0, unused),
                              after.index_select(0, unused), 1e-3));
}

TEST(LearnedCodebook, WithoutRestartsCodewordsOutOfUseStay) {
  for (const bool restarts : {true, false}) {
    auto book = small_book({.learning = "gradient", .restarts = restarts});
    auto rng = make_rng(1, 0);
    const auto z = some_latents(1).detach();
    for (int step = 0; step < 50; ++step) {
      book->forward(z, 0, rng);
      book->follow(rng);
    }
    EXPECT_EQ(book->restarted() > 0, restarts);
  }
}

TEST(LearnedCodebook, ItStartsFromTheClustersOfTheLatents) {
  auto book = small_book();
  torch::manual_seed(6);
  const auto planted = 10 * torch::randn({kWords, kDimension}, torch::kFloat64);
  const auto points = planted.repeat({40, 1}) + 0.01 * torch::randn({240, kDimension});
  auto rng = make_rng(1, 0);
  book->start_from(points.view({40, kWords, 1, kDimension}).permute({0, 3, 1, 2}), rng);
  const auto nearest = squared_distances(planted, book->codewords()).min(1);
  EXPECT_LT(std::get<0>(nearest).max().item<double>(), 0.01);
  EXPECT_NEAR(perplexity_of(torch::bincount(book->assigned(points), {}, kWords)), kWords, 1e-9);
}

TEST(LearnedCodebook, PerplexityIsTheNumberOfCodewordsEquallyUsed) {
  EXPECT_NEAR(perplexity_of(torch::tensor({5, 5, 0, 5})), 3, 1e-12);
  EXPECT_NEAR(perplexity_of(torch::tensor({7, 0})), 1, 1e-12);
}

}  // namespace
}  // namespace vqcodec::models
