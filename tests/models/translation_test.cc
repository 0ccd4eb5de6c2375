// Guarded lines broken once on purpose: who draws and who is scored, each direction's loss, the
// languages' terms, their sign and beta, the blanks' probability, the bound's terms, the choice by
// the bound, the noise.
#include "models/generative/translation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/generative/sequences.h"
#include "tests/models/all_sequences.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kSymbols = 4, kLength = 6;
constexpr double kSure = 60;  // logits: probability one, to the last bit

CipherOptions small_language() {
  return {.symbols = kSymbols, .length = kLength, .sequences = 300, .cipher_seed = 3};
}

Translation small_model(TranslationOptions options = {},
                        CipherOptions language = small_language()) {
  torch::manual_seed(1);
  options.tries = std::min<std::int64_t>(options.tries, 2);
  options.channels = 6;
  Translation model(options, language, {3, 1, kLength});
  model.to(torch::kFloat64);
  return model;
}

Batch batch_of(const ImageSet& set) { return whole_set(set, PixelKind::kGrey, set.size()); }

void zero_gradients(Translation& model) {
  for (auto& parameter : model.parameters()) parameter.mutable_grad().reset();
}

double gradient_of(const torch::nn::Module& module) {
  double sum = 0;
  for (const auto& parameter : module.parameters())
    if (parameter.grad().defined()) sum += parameter.grad().abs().sum().item<double>();
  return sum;
}

// The true cipher as the tables of a pair, with nothing beside them.
void plug_in(TranslatorPair& pair, const torch::Tensor& key, double sure) {
  torch::NoGradGuard no_grad;
  for (auto& parameter : pair.inverse->parameters()) parameter.zero_();
  pair.channel->table().zero_();
  const auto symbols = torch::arange(key.size(0));
  pair.channel->table().index_put_({symbols, key}, torch::tensor(sure, torch::kFloat64));
  pair.inverse->table().index_put_({key, symbols}, torch::tensor(sure, torch::kFloat64));
}

TEST(Translation, BackTranslationReachesTheScoredModelAlone) {
  auto model = small_model();
  auto& [channel, inverse] = model.tries()[0];
  const auto y = plane_of(cipher_sets(small_language()).train.images, kTarget);
  auto rng = make_rng(7, 0);
  back_translation(channel, inverse, y, 0, rng).sum().backward();
  EXPECT_GT(gradient_of(*channel), 0);
  EXPECT_EQ(gradient_of(*inverse), 0);
  zero_gradients(model);
  back_translation(inverse, channel, y, 0, rng).sum().backward();
  EXPECT_EQ(gradient_of(*channel), 0);
  EXPECT_GT(gradient_of(*inverse), 0);
}

TEST(Translation, TheLossReachesBothModelsOfEveryTry) {
  for (const double beta : {0.0, 1.0}) {
    auto model = small_model({.tries = 2, .beta = beta});
    auto rng = make_rng(7, 1);
    model.loss(batch_of(cipher_sets(small_language()).train), rng).total.backward();
    for (const auto& pair : model.tries()) {
      EXPECT_GT(gradient_of(*pair.channel), 0);
      EXPECT_GT(gradient_of(*pair.inverse), 0);
    }
  }
}

TEST(Translation, WhatTheScoredModelLearnsFromMayHaveNoise) {
  auto model = small_model();
  auto& pair = model.tries()[0];
  plug_in(pair, model.true_key(), kSure);
  const auto y = plane_of(cipher_sets(small_language()).train.images, kTarget);
  auto rng = make_rng(7, 2);
  // A wrong symbol costs kSure nats.
  const auto cost = back_translation(pair.channel, pair.inverse, y, 0.4, rng) / (kLength * kSure);
  expect_mean(cost, 0.4 * (kSymbols - 1) / kSymbols, 0.02);
}

// Against the sum over all hidden texts; the bound is below it.
TEST(Translation, ManyDrawsReachTheLikelihoodOfTheTarget) {
  auto language = small_language();
  language.symbols = 2;
  auto model = small_model({.tries = 1, .layers = 1}, language);
  auto& pair = model.tries()[0];
  const auto y = torch::tensor({{0, 1, 1}, {1, 1, 0}}, torch::kInt64), all = all_sequences(2, 3);
  const Batch batch{.images = as_pictures({y, y}), .labels = {}};
  torch::NoGradGuard no_grad;
  auto rng = make_rng(7, 3);
  const auto found = model.log_prob(batch, {.samples = 5000}, rng).per_example;
  for (std::int64_t i = 0; i < 2; ++i) {
    const auto joint = pair.channel->log_prob(y[i].expand({8, -1}), all) + model.log_source(all);
    EXPECT_NEAR(found[i].item<double>(), joint.logsumexp(0).item<double>(), 0.02);
  }
}

TEST(Translation, TheLanguagesTermReachesTheModelThatDrawsAlone) {
  auto model = small_model();
  auto& [channel, inverse] = model.tries()[0];
  const auto y = plane_of(cipher_sets(small_language()).train.images, kTarget);
  auto rng = make_rng(8, 0);
  const auto prior = [&](const torch::Tensor& z) { return model.log_source(z); };
  language_bound(channel, inverse, y, prior, 1, rng).sum().backward();
  EXPECT_EQ(gradient_of(*channel), 0);
  EXPECT_GT(gradient_of(*inverse), 0);
}

// Against the bound summed over all hidden texts of three symbols, for two weights.
TEST(Translation, TheLanguagesTermHasTheBoundsGradientInTheMean) {
  auto language = small_language();
  language.symbols = 2;
  auto model = small_model({.layers = 1}, language);
  auto& [channel, inverse] = model.tries()[0];
  auto rng = make_rng(9, 0);
  model.loss({.images = as_pictures({torch::randint(2, {50, 3}, rng, torch::kInt64),
                                     torch::randint(2, {50, 3}, rng, torch::kInt64)}),
              .labels = {}},
             rng);
  const auto prior = [&](const torch::Tensor& z) { return model.log_source(z); };
  const auto y = torch::tensor({{0, 1, 1}}, torch::kInt64), all = all_sequences(2, 3);
  const auto many = y.expand({8, -1});
  for (const double beta : {1.0, 0.4}) {
    zero_gradients(model);
    const auto log_q = inverse->log_prob(all, many);
    const auto log_p = channel->log_prob(many, all).detach();
    const auto bound = (log_q.exp() * (-log_p + beta * (log_q - prior(all)))).sum();
    const auto gradient = torch::autograd::grad({bound}, {inverse->table()})[0][1][0];
    std::vector<torch::Tensor> draws, values;
    const auto copies = y.expand({200, -1});
    for (int i = 0; i < 150; ++i) {
      const auto value = language_bound(channel, inverse, copies, prior, beta, rng).mean();
      draws.push_back(torch::autograd::grad({value}, {inverse->table()})[0][1][0]);
      values.push_back(value.detach());
    }
    expect_mean(torch::stack(values), bound.item<double>(), 0.01);
    expect_mean(torch::stack(draws), gradient.item<double>(), 0.01);
    EXPECT_GT(std::abs(gradient.item<double>()), 0.01);
  }
}

// A noiseless cipher: both directions cost nothing, the prior's term is the source's entropy, and
// nothing moves.
TEST(Translation, TheTrueCipherIsAStationaryPointWithTheSourcesEntropy) {
  auto model = small_model({.tries = 1, .beta = 0});
  const auto sets = cipher_sets(small_language());
  auto& pair = model.tries()[0];
  plug_in(pair, model.true_key(), kSure);
  auto rng = make_rng(10, 0);
  const auto batch = batch_of(sets.train);
  const auto loss = model.loss(batch, rng);
  EXPECT_NEAR(loss.total.item<double>(), 0, 1e-12);
  loss.total.backward();
  EXPECT_LE(gradient_of(*pair.channel) + gradient_of(*pair.inverse), 1e-9);
  model.eval();
  const auto figures = model.figures(batch_of(sets.test), {}, rng);
  ASSERT_EQ(figures.size(), 5u);
  EXPECT_NEAR(figures[0].value, figures[4].value, 1e-9);  // the bound is the hidden text's NLL
  EXPECT_EQ(figures[1].value, 100);                       // of the symbols
  EXPECT_EQ(figures[3].value, 100);                       // of the key
  const auto language = flat_language(small_language());
  const auto hidden = plane_of(sets.test.images, kTruth);
  expect_mean(-language.log_prob(hidden) / kLength, figures[4].value, 0.03);
}

// With the true cipher a draw is the hidden text, and both languages' terms are its probability.
TEST(Translation, AtTheTrueCipherTheLossIsWhatTheLanguagesSay) {
  auto model = small_model({.tries = 1, .beta = 1});
  plug_in(model.tries()[0], model.true_key(), kSure);
  auto rng = make_rng(10, 1);
  const auto batch = batch_of(cipher_sets(small_language()).train);
  const auto z = plane_of(batch.images, kSource), y = plane_of(batch.images, kTarget);
  const auto hidden = model.true_key().argsort().take(y), written = model.true_key().take(z);
  const auto loss = model.loss(batch, rng).total.item<double>();
  const auto of_source = -model.log_source(hidden).mean() / kLength;
  const auto of_target = -model.log_target(written).mean() / kLength;
  EXPECT_NEAR(loss, (of_source + of_target).item<double>(), 1e-9);
  EXPECT_LT(of_target.item<double>(), std::log(4.0) - 0.1);  // the language is known
}

// Symbols that do not depend on each other, sent through a noisy channel: with the channel and its
// posterior plugged in, both directions cost the channel's entropy.
TEST(Translation, OfANoisyChannelBothDirectionsCostItsEntropy) {
  auto model = small_model({.tries = 1});
  auto& pair = model.tries()[0];
  const auto& key = model.true_key();
  const double noise = 0.4, right = 1 - noise + noise / kSymbols, wrong = noise / kSymbols;
  plug_in(pair, key, std::log(right / wrong));
  auto rng = make_rng(11, 0);
  const auto z = torch::randint(kSymbols, {4000, kLength}, rng, torch::kInt64);
  const auto y = enciphered(z, key, noise, rng);
  const double entropy =
      -kLength * (right * std::log(right) + (kSymbols - 1) * wrong * std::log(wrong));
  expect_mean(back_translation(pair.channel, pair.inverse, y, 0, rng), entropy, 0.05);
  expect_mean(back_translation(pair.inverse, pair.channel, z, 0, rng), entropy, 0.05);
  const auto total = (back_translation(pair.channel, pair.inverse, y, 0, rng) +
                      back_translation(pair.inverse, pair.channel, z, 0, rng))
                         .mean();
  total.backward();
  EXPECT_LE(pair.channel->table().grad().abs().max().item<double>(), 0.05);
  EXPECT_LE(pair.inverse->table().grad().abs().max().item<double>(), 0.05);
}

TEST(Translation, WhereSymbolsArePutInBlanksHaveTheirProbability) {
  auto language = small_language();
  language.symbols = 2;
  language.insertions = 0.25;
  const auto model = small_model({}, language);
  const auto z = torch::tensor({{0, 2, 1, 1}, {2, 2, 0, kEnd}}, torch::kInt64);
  const double half = std::log(0.5), blank = std::log(0.25), symbol = std::log(0.75);
  const auto expected =
      torch::tensor({3 * half + blank + 3 * symbol, half + 2 * blank + symbol}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(model.log_source(z), expected, 0, 1e-9));
}

// A bijection that is not the key: back-translation alone is satisfied, the bound is not.
TEST(Translation, TheBoundTellsTheKeyFromAnotherBijectionAndTheCycleDoesNot) {
  auto model = small_model({.tries = 2, .beta = 0});
  plug_in(model.tries()[0], torch::roll(model.true_key(), 1), kSure);
  plug_in(model.tries()[1], model.true_key(), kSure);
  auto rng = make_rng(12, 0);
  const auto sets = cipher_sets(small_language());
  Loss loss;
  for (int step = 0; step < 3; ++step) loss = model.loss(batch_of(sets.train), rng);
  EXPECT_NEAR(loss.total.item<double>(), 0, 1e-12);
  EXPECT_EQ(model.chosen(), 1u);
  EXPECT_GT(loss.terms[0].second.item<double>(), loss.terms[1].second.item<double>() + 0.2);
}

// What the truth says has no part in learning or choosing.
TEST(Translation, LossesAndTheChoiceDoNotReadTheTruth) {
  auto model = small_model(), again = small_model();
  const auto batch = batch_of(cipher_sets(small_language()).test);
  auto blind = batch;
  blind.images = batch.images.clone();
  blind.images.select(1, kTruth).fill_(kNone);
  auto rng = make_rng(13, 0), same = make_rng(13, 0);
  EXPECT_TRUE(torch::equal(model.loss(batch, rng).total, again.loss(blind, same).total));
  EXPECT_EQ(again.figures(blind, {}, same).size(), 1u);
}

}  // namespace
}  // namespace vqcodec::models
