// Guarded lines broken once on purpose: the levels that a prior is given and those it must not see,
// hidden levels, halves of a run, the codewords' rate, each part of the bound, the units of
// figures, the probabilities and the order that codes are coded with.
#include "models/generative/vq_vae.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>

#include "entropy/error.h"
#include "tests/models/small_vq_vae.h"

namespace vqcodec::models {
namespace {

std::map<std::string, double> values_of(const std::vector<Figure>& figures) {
  std::map<std::string, double> values;
  for (const auto& figure : figures) values[figure.name] = figure.value;
  return values;
}

TEST(VqVae, GridsHalveFromTheFinestOn) {
  const auto model = made(small_options(3, 1, 5), {3, 16, 8});
  EXPECT_EQ(model->grid(2), (PictureShape{1, 8, 4}));
  EXPECT_EQ(model->grid(0), (PictureShape{1, 2, 1}));
  EXPECT_NEAR(model->most_rate_nats(), (32 + 8 + 2) * std::log(5.0), 1e-12);
  const auto codes = model->codes_of(pictures(2, {3, 16, 8}));
  for (std::int64_t l = 0; l < 3; ++l) {
    const auto& map = codes[static_cast<std::size_t>(l)];
    EXPECT_EQ(map.sizes().vec(),
              (std::vector{std::int64_t{2}, model->grid(l).height, model->grid(l).width}));
  }
  EXPECT_EQ(model->pictures_of(codes).sizes().vec(), (std::vector<std::int64_t>{2, 3, 16, 8}));
  EXPECT_THROW(made(small_options(3, 1, 5), {3, 16, 12}), Error);
}

TEST(VqVae, OneLevelOfTwoHalvingsIsTheHierarchyWithoutAny) {
  const auto make = [](std::unique_ptr<ModelFactory> factory, std::int64_t levels,
                       std::int64_t halvings) {
    for (const auto& option : factory->options()) {
      if (option.name == "levels") *std::get<IntegerOption>(option.value).value = levels;
      if (option.name == "halvings") *std::get<IntegerOption>(option.value).value = halvings;
    }
    torch::manual_seed(3);
    return factory->make({1, 8, 8});
  };
  const auto plain = make(make_vq_vae_factory(), 1, 2), tall = make(make_vqvae2_factory(), 1, 2);
  const Batch batch{.images = pictures(3, {1, 8, 8}).to(torch::kFloat32), .labels = {}};
  auto rng = make_rng(1, 0), again = make_rng(1, 0);
  EXPECT_TRUE(torch::equal(plain->reconstruct(batch, rng), tall->reconstruct(batch, again)));
  EXPECT_TRUE(torch::equal(plain->sample(2, {}, rng), tall->sample(2, {}, again)));
}

// A level's prior is given all coarser levels, wholly, and sees nothing of finer ones.
TEST(VqVae, PriorsSeeAllLevelsAboveAndNoneBelow) {
  const auto model = made(small_options(3, 1, 5), {1, 16, 16});
  const auto codes = random_codes(*model, 1);
  torch::NoGradGuard no_grad;
  for (std::int64_t level = 0; level < 3; ++level) {
    const auto before = model->code_log_prob(codes, level, {}).item<double>();
    for (std::size_t other = 0; other < 3; ++other) {
      const auto places = codes[other].numel();
      for (const auto place : {std::int64_t{0}, places - 1}) {
        auto changed = codes;
        changed[other] = codes[other].clone();
        auto code = changed[other].view(-1)[place];
        code.copy_((code + 1).remainder(5));
        const auto after = model->code_log_prob(changed, level, {}).item<double>();
        EXPECT_EQ(after == before, static_cast<std::int64_t>(other) > level)
            << other << " seen by " << level;
      }
    }
  }
}

TEST(VqVae, ProbabilitiesOfAllCodesSumToOne) {
  const auto model = made(small_options(2, 1, 3), {1, 4, 4});
  const auto number = torch::arange(243);  // one code of the coarser grid, four of the finer
  const auto digit = [&](std::int64_t place) {
    return number.div(static_cast<std::int64_t>(std::pow(3, place)), "floor").remainder(3);
  };
  const VqVae::Codes codes = {
      digit(4).view({243, 1, 1}),
      torch::stack({digit(0), digit(1), digit(2), digit(3)}, 1).view({243, 2, 2})};
  torch::NoGradGuard no_grad;
  const auto log_prob = model->code_log_prob(codes, 0, {}) + model->code_log_prob(codes, 1, {});
  EXPECT_NEAR(log_prob.exp().sum().item<double>(), 1, 1e-10);
  // Draws have these probabilities: chi-square with 242 degrees of freedom.
  constexpr std::int64_t kDraws = 10000;
  auto rng = make_rng(7, 0);
  const auto drawn = model->sample_codes(kDraws, {}, rng);
  const auto powers = torch::tensor({1, 3, 9, 27}, torch::kInt64);
  const auto which = (drawn[1].flatten(1) * powers).sum(1) + 81 * drawn[0].flatten();
  const auto counts = torch::bincount(which, {}, 243).to(torch::kFloat64);
  const auto expected = log_prob.exp() * kDraws;
  EXPECT_LT(((counts - expected).square() / expected).sum().item<double>(), 242 + 5 * 22);
}

// log p(x,z): the pixels around the decoder's, plus the codes of each level.
TEST(VqVae, TheBoundIsTheSumOfItsParts) {
  const auto model = made(small_options(2, 1, 5), {3, 8, 8});
  const auto x = pictures(6, {3, 8, 8});
  torch::NoGradGuard no_grad;
  auto rng = make_rng(1, 0);
  const auto bound = model->log_prob({.images = x, .labels = {}}, {}, rng);
  EXPECT_EQ(bound.kind, EstimateKind::kLowerBound);
  const auto codes = model->codes_of(x);
  const auto scale = 0.5 * model->named_parameters()["observation.log_variance"];
  const auto expected = DiscretizedLogistic{model->pictures_of(codes), scale}.log_prob(x) +
                        model->code_log_prob(codes, 0, {}) + model->code_log_prob(codes, 1, {});
  EXPECT_TRUE(torch::allclose(bound.per_example, expected, 0, 1e-9));
}

TEST(VqVae, FiguresSayWhatTheyAre) {
  auto options = small_options(2, 1, 5);
  const auto model = made(options, {3, 8, 8});
  const auto x = pictures(7, {3, 8, 8});
  torch::NoGradGuard no_grad;
  auto rng = make_rng(1, 0);
  const auto found = values_of(model->figures({.images = x, .labels = {}}, {}, rng));
  const auto codes = model->codes_of(x);
  const auto rate_of = [&](std::int64_t level) {
    return -model->code_log_prob(codes, level, {}).mean().item<double>();
  };
  const auto error_of = [&](std::int64_t known) {
    return (model->pictures_of(codes, known).clamp(0, 1) - x).square().mean().item<double>();
  };
  const double rate = rate_of(0) + rate_of(1), most = 20 * std::log(5.0);
  EXPECT_NEAR(found.at("rate"), rate, 1e-9);
  EXPECT_NEAR(found.at("rate_bpp"), rate / std::numbers::ln2 / 64, 1e-9);
  EXPECT_NEAR(found.at("fixed_rate_bpp"), 20 * std::log2(5.0) / 64, 1e-9);
  EXPECT_NEAR(found.at("saving"), 100 * (1 - rate / most), 1e-9);
  EXPECT_NEAR(found.at("code_nll_0"), rate_of(0) / 4, 1e-9);
  EXPECT_NEAR(found.at("code_nll_1"), rate_of(1) / 16, 1e-9);
  EXPECT_NEAR(found.at("mse"), error_of(2), 1e-9);
  EXPECT_NEAR(found.at("mse_to_0"), error_of(1), 1e-9);
  EXPECT_NEAR(found.at("mse_over_variance"), error_of(2) / x.var().item<double>(), 1e-9);
  for (auto& item : model->named_parameters())
    if (item.key().find("prior") != std::string::npos) item.value().zero_();
  const auto without = values_of(model->figures({.images = x, .labels = {}}, {}, rng));
  EXPECT_NEAR(without.at("code_nll_0"), std::log(5.0), 1e-12);
  EXPECT_NEAR(without.at("saving"), 0, 1e-9);
  EXPECT_LE(without.at("perplexity_1"), 5);  // entropy of the codes: at most ln K
}

TEST(VqVae, HiddenLevelsDoNotMoveThePictures) {
  const auto model = made(small_options(3, 1, 5), {1, 16, 16});
  const auto codes = random_codes(*model, 2);
  torch::NoGradGuard no_grad;
  for (std::size_t l = 0; l < 3; ++l) {
    auto changed = codes;
    changed[l] = (codes[l] + 1).remainder(5);
    for (std::int64_t known = 1; known <= 3; ++known)
      EXPECT_EQ(torch::equal(model->pictures_of(changed, known), model->pictures_of(codes, known)),
                static_cast<std::int64_t>(l) >= known);
  }
}

TEST(VqVae, TheDecoderIsTrainedWithoutFinerLevelsAsOftenAsItIsTold) {
  for (const double drop : {0.0, 1.0}) {
    auto options = small_options(3, 1, 5);
    options.drop = drop;
    const auto model = made(options, {1, 16, 16});
    auto rng = make_rng(1, 0);
    model->autoencoder_loss(pictures(20, {1, 16, 16}), rng).total.backward();
    const auto parameters = model->named_parameters();
    // Levels 0 and 1 at least are known where nothing is hidden; with drop = 1 the last never is.
    for (const char* name : {"absent1", "absent2"})
      EXPECT_EQ(parameters[name].grad().abs().sum().item<double>() > 0, drop == 1) << name;
  }
}

TEST(VqVae, AFirstHalfTrainsCodesAndASecondThePriors) {
  const auto model = made(small_options(2, 1, 5), {1, 8, 8});
  const Batch batch{.images = pictures(8, {1, 8, 8}), .labels = {}};
  for (const std::int64_t step : {49, 50}) {
    model->zero_grad();
    for (auto& parameter : model->parameters()) parameter.mutable_grad().reset();
    model->begin_step({.step = step, .steps = 100});
    auto rng = make_rng(1, 0);
    const auto before = model->codebook(1)->codewords().clone();
    model->loss(batch, rng).total.backward();
    model->end_step(batch, rng);
    const bool second = step == 50;
    EXPECT_EQ(torch::equal(model->codebook(1)->codewords(), before), second);
    for (const auto& item : model->named_parameters()) {
      const bool of_priors = item.key().starts_with("prior") || item.key().starts_with("context");
      const auto grad = item.value().grad();
      EXPECT_EQ(grad.defined(), of_priors == second) << item.key();
    }
  }
}

TEST(VqVae, LatentsAreQuantizedGivenThoseAbove) {
  const auto model = made(small_options(3, 1, 5), {1, 16, 16});
  const auto x = pictures(2, {1, 16, 16});
  torch::NoGradGuard no_grad;
  for (std::int64_t above = 0; above < 2; ++above) {
    const auto before = model->unquantized(x);
    model->codebook(above)->codewords().mul_(1.5);
    const auto after = model->unquantized(x);
    for (std::size_t l = 0; l < 3; ++l)
      EXPECT_EQ(torch::equal(after[l], before[l]), static_cast<std::int64_t>(l) <= above);
  }
}

TEST(VqVae, TheDistortionIsMeasuredInTheVarianceOfThePixels) {
  const auto model = made(small_options(1, 1, 5), {1, 8, 8});
  const auto x = 0.3 * pictures(9, {1, 8, 8});
  auto rng = make_rng(1, 0);
  torch::NoGradGuard no_grad;
  const auto loss = model->autoencoder_loss(x, rng);
  const auto error = (x - model->pictures_of(model->codes_of(x))).square().mean() / x.var();
  EXPECT_NEAR(loss.terms.at(0).second.item<double>(), error.item<double>(), 1e-12);
}

// The pixels' likelihood asks for the scale alone: whatever it is, the decoder learns the same.
TEST(VqVae, TheScaleOfThePixelsDoesNotMoveTheDecoder) {
  const auto model = made(small_options(1, 1, 5), {1, 8, 8});
  const auto gradient_at = [&](double log_variance) {
    torch::NoGradGuard no_grad;
    model->named_parameters()["observation.log_variance"].fill_(log_variance);
    torch::AutoGradMode with_gradients(true);
    model->zero_grad();
    auto rng = make_rng(1, 0);
    model->autoencoder_loss(pictures(8, {1, 8, 8}), rng).total.backward();
    return model->named_parameters()["decoder.0.weight"].grad().clone();
  };
  EXPECT_TRUE(torch::equal(gradient_at(-4), gradient_at(-2)));
}

TEST(VqVae, CodewordsStartFromTheFirstLatents) {
  const auto model = made(small_options(1, 1, 5), {1, 8, 8});
  const Batch batch{.images = pictures(20, {1, 8, 8}), .labels = {}};
  auto rng = make_rng(1, 0);
  const auto before = model->codebook(0)->codewords().clone();
  model->begin_step({.step = 1, .steps = 100});
  model->loss(batch, rng);
  EXPECT_TRUE(torch::equal(model->codebook(0)->codewords(), before));
  model->begin_step({.step = 0, .steps = 100});
  model->loss(batch, rng);
  const auto start = model->codebook(0)->codewords().clone();
  EXPECT_FALSE(torch::equal(start, before));
  model->loss(batch, rng);  // once
  EXPECT_TRUE(torch::equal(model->codebook(0)->codewords(), start));
}

TEST(VqVae, CodewordsThatFollowGradientsHaveARateOfTheirOwn) {
  auto options = small_options(2, 1, 5);
  options.codebook.learning = "gradient";
  options.codebook.codebook_rate = 3;
  const auto model = made(options, {1, 8, 8});
  std::size_t counted = 0;
  for (const auto& group : model->parameter_groups()) {
    counted += group.parameters.size();
    EXPECT_EQ(group.rate_factor, group.parameters.size() == 2 ? 3 : 1);
  }
  EXPECT_EQ(counted, model->parameters().size());
  model->begin_step({.step = 49, .steps = 100});  // a half's last step: rates have fallen to 2 %
  EXPECT_NEAR(model->parameter_groups()[1].rate_factor, 3 * std::pow(0.02, 0.96), 1e-12);
}

TEST(VqVae, LabelsReachEveryPrior) {
  auto options = small_options(2, 1, 5);
  options.classes = 3;
  const auto model = made(options, {1, 8, 8});
  const auto codes = random_codes(*model, 2);
  const auto zero = torch::zeros({2}, torch::kInt64);
  torch::NoGradGuard no_grad;
  for (std::int64_t l = 0; l < 2; ++l)
    EXPECT_FALSE(torch::allclose(model->code_log_prob(codes, l, zero),
                                 model->code_log_prob(codes, l, zero + 1)));
  EXPECT_THROW(model->code_log_prob(codes, 0, {}), Error);
  auto rng = make_rng(1, 0);
  EXPECT_THROW(model->sample(1, {.label = 3}, rng), Error);
  EXPECT_TRUE(model->capabilities().conditional);
}

}  // namespace
}  // namespace vqcodec::models
