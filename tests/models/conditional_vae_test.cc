#include "models/generative/conditional_vae.h"

#include <gtest/gtest.h>

#include "entropy/error.h"
#include "models/generative/vae.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

const PictureShape kShape{1, 3, 2};

ConditionalVae small_model(const std::string& prior = "normal") {
  torch::manual_seed(3);
  ConditionalVaeOptions options;
  options.classes = 3;
  options.latents = 2;
  options.hidden = {5};
  options.prior = prior;
  ConditionalVae model(options, kShape);
  model.to(torch::kFloat64);
  return model;
}

Batch pictures(std::int64_t n) {
  torch::manual_seed(4);
  return {.images = torch::rand({n, 1, 3, 2}, torch::kFloat64).round(),
          .labels = torch::arange(n).remainder(3)};
}

torch::Tensor parameter(torch::nn::Module& module, const std::string& name) {
  return module.named_parameters()[name];
}

// What a label that is always the same adds is a bias.
TEST(ConditionalVae, WithAConstantLabelItIsThePlainOne) {
  auto model = small_model();
  torch::manual_seed(3);
  Vae plain({.latents = 2, .hidden = {5}}, kShape);
  plain.to(torch::kFloat64);
  auto batch = pictures(6);
  batch.labels = torch::Tensor();
  auto rng = make_rng(1, 0), again = make_rng(1, 0);
  EXPECT_EQ(model.loss(batch, rng).total.item<double>(),
            plain.loss(batch, again).total.item<double>());

  batch.labels = torch::full({6}, 2, torch::kInt64);
  {
    torch::NoGradGuard no_grad;
    for (const std::string side : {"encoder", "decoder"}) {
      parameter(model, side + ".label_weight").normal_();
      parameter(plain, side + ".1.bias").copy_(parameter(model, side + ".label_weight")[2]);
    }
  }
  EXPECT_NEAR(model.loss(batch, rng).total.item<double>(),
              plain.loss(batch, again).total.item<double>(), 1e-12);
}

TEST(ConditionalVae, LossIsTheMeanOfMinusTheLogWeightsUnderEitherPrior) {
  for (const std::string prior : {"normal", "label"}) {
    auto model = small_model(prior);
    torch::NoGradGuard no_grad;
    torch::manual_seed(5);
    for (auto& item : model.named_parameters())
      if (item.key().find("label") != std::string::npos || item.key() == "prior_mean")
        item.value().normal_();
    auto batch = pictures(3);
    batch.images = batch.images.slice(0, 2);
    batch.labels = batch.labels.slice(0, 2);
    auto rng = make_rng(6, 0);
    std::vector<torch::Tensor> losses;
    for (int i = 0; i < 3000; ++i) losses.push_back(model.loss(batch, rng).total);
    const auto weights = model.log_weights(batch.images, model.one_hot(batch), 100000, rng);
    expect_mean(torch::stack(losses), -weights.mean().item<double>(), 0.03);
  }
}

// A decoder that sees the label alone draws each label's own pixels.
TEST(ConditionalVae, SamplesAreOfTheLabelAskedFor) {
  auto model = small_model();
  torch::NoGradGuard no_grad;
  for (auto& value : model.parameters()) value.zero_();
  parameter(model, "decoder.rest.1.weight").fill_(40);
  parameter(model, "decoder.label_weight")
      .copy_(torch::tensor({{-1.0}, {1.0}, {-1.0}}).expand({3, 5}));
  model.to(torch::kFloat32);
  auto rng = make_rng(7, 0);
  EXPECT_EQ(model.sample(4, {.label = 1}, rng).min().item<double>(), 1);
  EXPECT_EQ(model.sample(4, {.label = 2}, rng).max().item<double>(), 0);
  // In turn where none is asked for; and styles under labels in turn.
  const auto in_turn = model.sample(4, {}, rng).flatten(1).mean(1);
  EXPECT_TRUE(torch::equal(in_turn, torch::tensor({0.F, 1.F, 0.F, 0.F})));
  auto batch = pictures(4);
  batch.images = batch.images.to(torch::kFloat32);
  const auto styles = model.reconstruct(batch, rng).flatten(1).mean(1).round();
  EXPECT_TRUE(torch::equal(styles, torch::tensor({0.F, 1.F, 0.F, 0.F})));
}

// Of each three pictures of three classes, the first one's z under every label; labels that say
// nothing leave the same picture three times.
TEST(ConditionalVae, ReconstructionsKeepTheStyleOfEachGroupsFirst) {
  auto model = small_model();
  torch::NoGradGuard no_grad;
  auto rng = make_rng(9, 0);
  const auto styles = model.reconstruct(pictures(6), rng);
  for (std::int64_t i = 0; i < 6; ++i)
    EXPECT_EQ(torch::equal(styles[i], styles[i / 3 * 3]), true) << i;
  EXPECT_FALSE(torch::equal(styles[0], styles[3]));
}

TEST(ConditionalVae, RefusesLabelsBeyondItsClasses) {
  auto model = small_model();
  auto batch = pictures(4);
  auto rng = make_rng(8, 0);
  EXPECT_THROW(model.sample(1, {.label = 3}, rng), Error);
  EXPECT_THROW(model.sample(1, {.label = -1}, rng), Error);
  batch.labels = batch.labels + 1;
  try {
    model.loss(batch, rng);
    FAIL() << "labels 1 to 3 of 3 classes";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("labels from 1 to 3, expected 0 to 2"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace vqcodec::models
