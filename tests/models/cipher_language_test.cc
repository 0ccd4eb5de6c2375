// Guarded lines broken once on purpose: truth in the training set, the shift by blanks, what stands
// for a blank, two texts that run side by side, the balance of columns, smoothing, padding.
#include "models/generative/cipher_language.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/generative/counted_language.h"
#include "models/generative/sequences.h"
#include "tests/models/all_sequences.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kSymbols = 4;

CipherOptions small_language() {
  return {.symbols = kSymbols, .length = 6, .sequences = 300, .cipher_seed = 3};
}

TEST(CipherLanguage, NoSymbolIsLikelierThanAnotherAndNoReadingBesideTheTruthExists) {
  const auto language = flat_language({});
  const auto table = language.log_table.exp();
  EXPECT_TRUE(torch::allclose(table.sum(0), torch::ones({16}, torch::kFloat64), 0, 1e-6));
  EXPECT_TRUE(torch::allclose(table.sum(1), torch::ones({16}, torch::kFloat64), 0, 1e-12));
  EXPECT_EQ(automorphisms(table, 1e-3), 1);
}

TEST(CipherLanguage, AutomorphismsAreCounted) {
  EXPECT_EQ(automorphisms(torch::eye(4), 1e-9), 24);
  const auto ring = torch::roll(torch::eye(5), 1, 1);
  EXPECT_EQ(automorphisms(ring, 1e-9), 5);
  auto marked = ring.clone();
  marked[2][2] = 0.5;
  EXPECT_EQ(automorphisms(marked, 1e-9), 1);
  EXPECT_EQ(automorphisms(marked, 0.6), 5);
}

TEST(CipherLanguage, TheTargetIsTheHiddenTextUnderTheKey) {
  const auto language = small_language();
  const auto key = cipher_key(kSymbols, language.cipher_seed);
  const auto sets = cipher_sets(language);
  const auto truth = plane_of(sets.test.images, kTruth),
             target = plane_of(sets.test.images, kTarget);
  EXPECT_TRUE(torch::equal(key.take(truth), target));
  EXPECT_FALSE(torch::equal(truth, plane_of(sets.test.images, kSource)));
  for (const auto* set : {&sets.train, &sets.validation})
    EXPECT_TRUE((plane_of(set->images, kTruth) == kNone).all().item<bool>()) << "truth leaks";
}

// No line of the source is what a target of the same set stands for, row by row: the corpora do not
// run side by side.
TEST(CipherLanguage, SourceAndTargetAreNotParallel) {
  auto options = small_language();
  options.length = 32;
  const auto sets = cipher_sets(options);
  const auto key = cipher_key(kSymbols, options.cipher_seed);
  const auto source = plane_of(sets.train.images, kSource),
             target = plane_of(sets.train.images, kTarget);
  const auto equal = (key.take(source) == target).to(torch::kFloat64).mean().item<double>();
  EXPECT_LT(equal, 0.4);
}

TEST(CipherLanguage, BlanksShiftTheTextAndNoiseReplacesSymbols) {
  auto rng = make_rng(4, 0);
  const auto text = torch::randint(kSymbols, {2000, 20}, rng, torch::kInt64);
  const auto z = with_blanks(text, kSymbols, 0.2, rng);
  const auto is_symbol = (z != kSymbols);
  const auto again = compacted(z, is_symbol);
  EXPECT_TRUE(torch::equal(torch::where(places_of(again), text, again), again));
  expect_mean(is_symbol.logical_not().to(torch::kFloat64), 0.2, 0.003);
  const auto key = cipher_key(kSymbols, 5);
  const auto y = enciphered(text, key, 0.3, rng);
  expect_mean((y == key.take(text)).to(torch::kFloat64), 0.7 + 0.3 / kSymbols, 0.003);
  const auto of_blanks = enciphered(torch::full_like(text, kSymbols), key, 0, rng);
  expect_frequencies(of_blanks.flatten(), torch::full({kSymbols}, 0.25, torch::kFloat64));
}

TEST(CountedLanguage, ItIsTheShareOfWhatCameAfterEachContext) {
  CountedLanguage language(2, 1);
  language->count(torch::tensor({{0, 1, 1, kEnd}, {0, 0, 1, 1}}, torch::kInt64));
  // After 0 (which stands before the first): 0, 1, 0, 0, 1; after 1: 1, 1; one more of each.
  const auto p = language->source().log_table.exp();
  EXPECT_TRUE(torch::allclose(p, torch::tensor({{4 / 7.0, 3 / 7.0}, {1 / 4.0, 3 / 4.0}}).to(p)));
  const auto x = torch::tensor({{1, 1, kEnd, kEnd}}, torch::kInt64);
  EXPECT_NEAR(language->log_prob(x).item<double>(), std::log(3 / 7.0 * 3 / 4.0), 1e-6);
  EXPECT_TRUE(torch::equal(language->occurrences(), torch::tensor({3.0, 4.0}, torch::kFloat64)));
}

}  // namespace
}  // namespace vqcodec::models
