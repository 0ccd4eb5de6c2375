#include "models/generative/semi_supervised_vae.h"

#include <gtest/gtest.h>

#include "models/generative/partly_labelled.h"
#include "models/generative/semi_supervised_stack.h"
#include "tests/models/expect_mean.h"
#include "tests/models/gradient_check.h"
#include "tests/models/linear_gaussian.h"

namespace vqcodec::models {
namespace {

const PictureShape kShape{1, 3, 2};
constexpr std::int64_t kClasses = 3;

SemiSupervisedOptions small_options() {
  SemiSupervisedOptions options;
  options.classes = kClasses;
  options.latents = 2;
  options.hidden = {5};
  options.classifier = {4};
  return options;
}

SemiSupervisedVae randomized(const SemiSupervisedOptions& options) {
  torch::manual_seed(3);
  SemiSupervisedVae model(options, kShape);
  model.to(torch::kFloat64);
  torch::NoGradGuard no_grad;
  for (auto& item : model.named_parameters())
    if (item.key().find("label_weight") != std::string::npos) item.value().normal_();
  return model;
}

Batch pictures(std::int64_t n) {
  torch::manual_seed(4);
  return {.images = torch::rand({n, 1, 3, 2}, torch::kFloat64).round(),
          .labels = torch::arange(n).remainder(kClasses)};
}

torch::Tensor parameter(torch::nn::Module& module, const std::string& name) {
  return module.named_parameters()[name];
}

// No noise in z: the posterior's deviation is zero but for 1e-13.
void silence(SemiSupervisedVae& model) {
  torch::NoGradGuard no_grad;
  parameter(model, "encoder.rest.1.weight").slice(0, 2).zero_();
  parameter(model, "encoder.rest.1.bias").slice(0, 2).fill_(-60);
}

TEST(SemiSupervisedVae, TheUnlabelledBoundIsTheMeanOverLabels) {
  const auto logits = torch::tensor({{0.3, -1.0, 0.8}}, torch::kFloat64);
  const auto bounds = torch::tensor({{-7.0, -9.0, -8.5}}, torch::kFloat64);
  auto rng = make_rng(1, 0);
  const auto y = torch::multinomial(logits[0].softmax(0), 20000, true, rng);
  const auto sampled = bounds[0].index_select(0, y) - logits[0].log_softmax(0).index_select(0, y);
  expect_mean(sampled, SemiSupervisedVae::unlabelled_bound(logits, bounds).item<double>(), 0.02);
}

TEST(SemiSupervisedVae, ACertainLabelMakesItTheLabelledBound) {
  const auto logits = torch::tensor({{0.0, 500.0, 0.0}}, torch::kFloat64);
  const auto bounds = torch::tensor({{-7.0, -9.0, -8.5}}, torch::kFloat64);
  EXPECT_NEAR(SemiSupervisedVae::unlabelled_bound(logits, bounds).item<double>(), -9, 1e-12);
}

TEST(SemiSupervisedVae, ItsGradientInTheClassifierIsThatOfFiniteDifferences) {
  auto logits = torch::randn({2, 3}, torch::kFloat64).requires_grad_();
  const auto bounds = -8 + torch::randn({2, 3}, torch::kFloat64);
  expect_gradients({logits},
                   [&] { return SemiSupervisedVae::unlabelled_bound(logits, bounds).sum(); });
}

// Linear-Gaussian given the label: with q(z|x,y) exact, weights are p(x|y); with q(y|x) exact too,
// the bound is log p(x) = log sum_y p(y) p(x|y), and below it for any other q(y|x).
TEST(SemiSupervisedVae, TheBoundIsTightWhereBothPosteriorsAreExact) {
  const auto linear = LinearGaussian::make(6, 2);
  auto options = small_options();
  options.hidden = {};
  options.pixels = "grey";
  options.observation = {.likelihood = "gaussian", .deviation = "fixed", .sigma = linear.sigma};
  auto model = randomized(options);
  model.eval();
  torch::NoGradGuard no_grad;
  model.named_buffers()["observation.log_variance"].fill_(2 * std::log(linear.sigma));
  set_parameters(model, linear, 0);
  const auto shifts = parameter(model, "decoder.label_weight");  // (classes,6), of the mean
  const auto encoder = parameter(model, "encoder.label_weight");
  encoder.zero_();
  encoder.slice(1, 0, 2).copy_(-torch::matmul(shifts, linear.gain().t()));

  const auto x = torch::randn({4, 1, 3, 2}, torch::kFloat64);
  auto rng = make_rng(2, 0);
  std::vector<torch::Tensor> by_label;  // log p(x,y)
  for (std::int64_t c = 0; c < kClasses; ++c) {
    const auto y = torch::eye(kClasses, torch::kFloat64)[c].expand({4, kClasses});
    const auto exact = linear.log_prob(x.flatten(1) - shifts[c]);
    EXPECT_LT((model.log_weights(x, y, 3, rng) - exact).abs().max().item<double>(), 1e-10);
    by_label.push_back(exact - std::log(3.0));
  }
  const auto joint = torch::stack(by_label, 1);
  const auto evidence = joint.logsumexp(1);
  EXPECT_LT(
      (SemiSupervisedVae::unlabelled_bound(joint, joint) - evidence).abs().max().item<double>(),
      1e-12);
  const auto others = SemiSupervisedVae::unlabelled_bound(torch::randn({4, 3}), joint);
  EXPECT_GT((evidence - others).min().item<double>(), 0);
  const auto estimate = model.log_prob({.images = x, .labels = {}}, {.samples = 6}, rng);
  EXPECT_LT((estimate.per_example - evidence).abs().max().item<double>(), 1e-10);
  // bounds_by_label() has each label's in its own column.
  const auto draws = torch::stack([&] {
    std::vector<torch::Tensor> all;
    for (int i = 0; i < 4000; ++i) all.push_back(model.bounds_by_label(x.slice(0, 0, 1), rng)[0]);
    return all;
  }());
  for (std::int64_t c = 0; c < kClasses; ++c)
    expect_mean(draws.select(1, c), joint[0][c].item<double>(), 0.05);
}

TEST(SemiSupervisedVae, NamesOfTheClassesDoNotMatter) {
  auto model = randomized(small_options()), renamed = randomized(small_options());
  silence(model);
  silence(renamed);
  const auto order = torch::tensor({2, 0, 1});  // new label c was order[c]
  {
    torch::NoGradGuard no_grad;
    for (const std::string name : {"encoder.label_weight", "decoder.label_weight",
                                   "classifier.3.weight", "classifier.3.bias"})
      parameter(renamed, name).copy_(parameter(model, name).index_select(0, order));
  }
  auto batch = pictures(8);
  batch.labels.slice(0, 4).fill_(kUnlabelled);
  auto relabelled = batch;
  relabelled.labels = torch::cat(
      {order.argsort().index_select(0, batch.labels.slice(0, 0, 4)), batch.labels.slice(0, 4)});
  auto rng = make_rng(3, 0), again = make_rng(3, 0);
  EXPECT_NEAR(model.loss(batch, rng).total.item<double>(),
              renamed.loss(relabelled, again).total.item<double>(), 1e-9);
}

TEST(SemiSupervisedVae, TheLossWeighsItsThreeParts) {
  auto options = small_options();
  options.alpha = 7;
  options.labelled_share = 0.25;
  auto model = randomized(options);
  auto batch = pictures(8);
  batch.labels.slice(0, 4).fill_(kUnlabelled);
  auto rng = make_rng(4, 0);
  const auto loss = model.loss(batch, rng);
  ASSERT_EQ(loss.terms.size(), 3u);
  const auto value = [&](std::size_t i) { return loss.terms[i].second.item<double>(); };
  EXPECT_NEAR(loss.total.item<double>(), 0.25 * value(0) + 7 * value(1) + 0.75 * value(2), 1e-9);
  const auto cross_entropy = torch::nn::functional::cross_entropy(
      model.class_logits(batch.images.slice(0, 0, 4)), batch.labels.slice(0, 0, 4));
  EXPECT_NEAR(value(1), cross_entropy.item<double>(), 1e-12);
  batch.labels = torch::Tensor();  // no label at all: the bound of log p(x) alone
  const auto unlabelled = model.loss(batch, rng);
  ASSERT_EQ(unlabelled.terms.size(), 1u);
  EXPECT_EQ(unlabelled.total.item<double>(), unlabelled.terms[0].second.item<double>());
}

TEST(SemiSupervisedVae, ErrorIsThePercentageOfWrongLabels) {
  const auto logits = torch::tensor({{1.0, 2.0}, {3.0, 1.0}, {0.0, 5.0}, {4.0, 0.0}});
  const auto figure = error_figure(logits, torch::tensor({1, 1, 1, 0}));
  EXPECT_EQ(figure.name, "error");
  EXPECT_DOUBLE_EQ(figure.value, 25);
}

TEST(PartlyLabelled, SubsetsAreBalancedAndFollowTheSeed) {
  const auto labels = torch::arange(1000).remainder(10);
  const auto chosen = balanced_subset(labels, 100, 1);
  EXPECT_EQ(std::get<0>(torch::_unique(chosen)).size(0), 100);
  for (std::int64_t c = 0; c < 10; ++c)
    EXPECT_EQ((labels.index_select(0, chosen) == c).sum().item<std::int64_t>(), 10);
  EXPECT_TRUE(torch::equal(chosen, balanced_subset(labels, 100, 1)));
  EXPECT_FALSE(torch::equal(chosen, balanced_subset(labels, 100, 2)));
  EXPECT_EQ(balanced_subset(labels, 15, 1).size(0), 15);
  EXPECT_EQ(balanced_subset({}, 100, 1).size(0), 0);
}

TEST(PartlyLabelled, HalfOfABatchHasLabelsAllOfTheSubset) {
  // The picture holds its index, the label is its last digit.
  ImageSet set{.images = torch::arange(200, torch::kUInt8).view({200, 1, 1, 1}),
               .labels = torch::arange(200).remainder(10)};
  PartlyLabelledBatches data(set, PixelKind::kGrey, 20, 5);
  auto rng = make_rng(1, 0);
  const auto batch = data.batch(60, rng);
  const auto index = (batch.images.view(-1) * 255).round().to(torch::kInt64);
  EXPECT_TRUE(torch::equal(batch.labels.slice(0, 0, 30), index.slice(0, 0, 30).remainder(10)));
  EXPECT_TRUE((batch.labels.slice(0, 30) == kUnlabelled).all().item<bool>());
  const auto subset = balanced_subset(set.labels, 20, 5);
  EXPECT_TRUE(torch::isin(index.slice(0, 0, 30), subset).all().item<bool>());
  EXPECT_FALSE(torch::isin(index.slice(0, 30), subset).all().item<bool>());
}

StackOptions small_stack(const std::string& name) {
  StackOptions options;
  static_cast<SemiSupervisedOptions&>(options) = small_options();
  options.model = name;
  options.features = 4;
  options.features_hidden = {6};
  return options;
}

// First the features learn and nothing else, then what stands on them.
TEST(SemiSupervisedStack, TrainsInTwoStages) {
  for (const std::string name : {"m1", "m1+m2"}) {
    torch::manual_seed(9);
    SemiSupervisedStack model(small_stack(name), kShape);
    auto batch = pictures(6);
    batch.images = batch.images.to(torch::kFloat32);
    auto rng = make_rng(5, 0);
    const auto reached = [&](std::int64_t step) {
      model.zero_grad();
      for (const auto& value : model.parameters()) value.mutable_grad().reset();
      model.begin_step({.step = step, .steps = 10});
      model.loss(batch, rng).total.backward();
      bool features = false, above = false;
      for (const auto& item : model.named_parameters())
        if (item.value().grad().defined())
          (item.key().rfind("features", 0) == 0 ? features : above) = true;
      return std::pair{features, above};
    };
    EXPECT_EQ(reached(4), std::pair(true, false)) << name;
    EXPECT_EQ(reached(5), std::pair(false, true)) << name;
  }
}

// A top whose weights are all zero says N(0, sigma^2) of the features, without a gap.
TEST(SemiSupervisedStack, WeighsTheFeaturesByTheTopsBound) {
  torch::manual_seed(9);
  SemiSupervisedStack model(small_stack("m1+m2"), kShape);
  model.to(torch::kFloat64);
  model.eval();
  torch::NoGradGuard no_grad;
  for (auto& item : model.named_parameters())
    if (item.key().rfind("top", 0) == 0) item.value().zero_();
  parameter(model, "top.observation.log_variance").fill_(std::log(4.0));
  const auto x = pictures(3).images;
  auto rng = make_rng(7, 0), again = make_rng(7, 0);
  const auto q = repeated(model.features().posterior(x), 5);
  const auto z = q.sample(again);
  const DiagonalGaussian prior{torch::zeros_like(z), torch::full_like(z, std::log(4.0))};
  const auto weights = model.features().log_likelihood(x.repeat({5, 1, 1, 1}), z) +
                       prior.log_prob(z) - q.log_prob(z);
  const auto bound = importance_bound(weights.view({5, 3}));
  const auto estimate = model.log_prob({.images = x, .labels = {}}, {.samples = 5}, rng);
  EXPECT_LT((estimate.per_example - bound).abs().max().item<double>(), 1e-9);
}

TEST(SemiSupervisedStack, GivesLikelihoodAndError) {
  for (const std::string name : {"m1", "m1+m2"}) {
    torch::manual_seed(9);
    SemiSupervisedStack model(small_stack(name), kShape);
    model.eval();
    auto batch = pictures(6);
    batch.images = batch.images.to(torch::kFloat32);
    auto rng = make_rng(6, 0);
    const auto figures = model.figures(batch, {.samples = 3}, rng);
    EXPECT_EQ(figures.front().name, "nll");
    EXPECT_EQ(figures.back().name, "error");
    EXPECT_EQ(model.sample(3, {}, rng).sizes(), torch::IntArrayRef({3, 1, 3, 2}));
    EXPECT_EQ(model.capabilities().conditional, name == "m1+m2");
  }
}

}  // namespace
}  // namespace vqcodec::models
