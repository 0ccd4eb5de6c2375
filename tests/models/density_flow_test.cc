// Guarded lines broken once on purpose: the width of the levels, the noise, the scale and the
// logit's volume, the logistic's two halves, the flow's volume in the density, the mean and the
// factor of the full Gaussian, its entropy, and what leaves Glow's levels.
#include "models/generative/density_flow.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "models/distributions.h"
#include "models/generative/dequantization.h"
#include "models/generative/full_gaussian.h"
#include "models/generative/glow.h"
#include "models/generative/maf.h"
#include "models/generative/nice.h"
#include "models/generative/plane_energies.h"
#include "models/generative/real_nvp.h"
#include "tests/models/expect_mean.h"
#include "tests/models/flow_checks.h"

namespace vqcodec::models {
namespace {

const PictureShape kShape{1, 4, 4};

Batch levels(std::int64_t n) {
  torch::manual_seed(1);
  const auto x = torch::randint(256, {n, 1, 4, 4}, torch::kFloat64) / 255;
  return {.images = x, .labels = {}};
}

// Every flow model on 4x4 pictures, in float64 and a little trained.
std::map<std::string, std::shared_ptr<DensityFlow>> all_models() {
  torch::manual_seed(2);
  std::map<std::string, std::shared_ptr<DensityFlow>> models = {
      {"nice", std::make_shared<Nice>(NiceOptions{.hidden = {7}}, kShape)},
      {"real-nvp", std::make_shared<RealNvp>(RealNvpOptions{.channels = 5}, kShape)},
      {"glow", std::make_shared<Glow>(GlowOptions{.steps = 2, .channels = 5}, kShape)},
      {"glow of one level",
       std::make_shared<Glow>(GlowOptions{.levels = 1, .steps = 2, .channels = 5}, kShape)},
      {"maf", std::make_shared<Maf>(MafOptions{.blocks = 2, .hidden = {17}}, kShape)}};
  for (auto& [name, model] : models) {
    model->to(torch::kFloat64);
    auto rng = make_rng(3, 0);
    for (int i = 0; i < 3; ++i) model->loss(levels(50), rng);
    model->eval();
    perturb(*model, 0.1);
  }
  return models;
}

// Identity: every level of every pixel has the same density, 1 on the unit cube.
class Uniform : public DensityFlow {
 public:
  Uniform() : DensityFlow({}, kShape) { flow().add(std::make_shared<Cube>()); }

 private:
  struct Cube : Flow {  // Its volume is what the normal base takes away.
    Mapped forward(const torch::Tensor& y) override {
      const auto flat = y.flatten(1);
      return {.value = flat, .log_volume = -standard_normal_like(flat).log_prob(flat)};
    }
    torch::Tensor inverse(const torch::Tensor& z) override { return z; }
  };
};

TEST(DensityFlow, AUniformDensityOfBytesIsEightBitsADimension) {
  Uniform model;
  model.register_parameter("type", torch::zeros({1}, torch::kFloat64));
  auto rng = make_rng(4, 0);
  const auto figures = model.figures(levels(20), {.samples = 3}, rng);
  ASSERT_EQ(figures.size(), 3u);
  EXPECT_EQ(figures[1].name, "nll_per_dimension");
  EXPECT_NEAR(figures[1].value, 8, 1e-12);
  EXPECT_NEAR(figures[2].value, 0, 1e-10);
  EXPECT_NE(figures[0].estimator.find("uniform dequantization of 256 levels, 3 draws"),
            std::string::npos);
  EXPECT_EQ(model.log_prob(levels(2), {.samples = 1}, rng).kind, EstimateKind::kLowerBound);
  EXPECT_EQ(model.log_prob(levels(2), {.samples = 2}, rng).kind,
            EstimateKind::kStochasticLowerBound);
}

// The logit of a uniform variable is logistic: NICE without couplings, behind a logit.
TEST(DensityFlow, BehindTheLogitItIsEightBitsAgain) {
  struct Behind : DensityFlow {
    Behind() : DensityFlow({.base = "logistic"}, kShape) { flow().add(std::make_shared<Logit>(0)); }
  };
  Behind model;
  auto rng = make_rng(5, 0);
  const auto figures = model.figures(levels(20), {.samples = 1}, rng);
  EXPECT_NEAR(figures[1].value, 8, 1e-12);
}

TEST(Dequantization, NoiseStaysWithinItsLevel) {
  const auto x = levels(200).images;
  auto rng = make_rng(6, 0);
  const auto y = dequantized(x, rng);
  EXPECT_TRUE(torch::allclose(quantized(y), x, 0, 1e-12));
  EXPECT_GE(y.min().item<double>(), 0);
  EXPECT_LT(y.max().item<double>(), 1);
  expect_mean(256 * y - 255 * x, 0.5, 0.01);
  const auto beyond = torch::tensor({-0.3, 1.0, 1.7});
  EXPECT_TRUE(torch::equal(quantized(beyond), torch::tensor({0.0F, 1.0F, 1.0F})));
}

TEST(Dequantization, TheLogitIsInvertibleAndItsVolumeExact) {
  torch::manual_seed(7);
  for (const double alpha : {0.0, 0.05, 1e-6}) {
    Logit logit(alpha);
    expect_flow(logit, torch::rand({4, 6}, torch::kFloat64) * 0.98 + 0.01, "logit");
  }
}

TEST(DensityFlow, EveryModelIsInvertibleWithTheVolumeOfItsJacobian) {
  for (auto& [name, model] : all_models()) {
    const auto flow = std::dynamic_pointer_cast<Flow>(model->named_children()["flow"]);
    const auto y = torch::rand({2, 1, 4, 4}, torch::kFloat64) * 0.9 + 0.05;
    const auto [z, log_volume] = flow->forward(y);
    EXPECT_EQ(z.sizes(), torch::IntArrayRef({2, 16})) << name;
    EXPECT_LE((flow->inverse(z) - y).abs().max().item<double>(), 1e-9) << name;
    for (std::int64_t i = 0; i < 2; ++i) {
      const auto slopes = jacobian([&](const torch::Tensor& at) { return flow->forward(at).value; },
                                   y.slice(0, i, i + 1));
      EXPECT_NEAR(log_volume[i].item<double>(),
                  std::get<1>(torch::linalg_slogdet(slopes)).item<double>(), 1e-8)
          << name;
      EXPECT_NEAR(model->log_density(y)[i].item<double>(),
                  (name == "nice" ? -(torch::softplus(z[i]) + torch::softplus(-z[i])).sum()
                                  : -0.5 * (z[i].square() + std::log(2 * std::acos(-1.0))).sum())
                          .item<double>() +
                      log_volume[i].item<double>(),
                  1e-9)
          << name;
    }
  }
}

TEST(DensityFlow, DrawsAreLevels) {
  auto rng = make_rng(8, 0);
  for (auto& [name, model] : all_models()) {
    const auto x = model->sample(5, {}, rng);
    EXPECT_EQ(x.sizes(), torch::IntArrayRef({5, 1, 4, 4})) << name;
    EXPECT_LE((255 * x - (255 * x).round()).abs().max().item<double>(), 1e-9) << name;
    EXPECT_GE(x.min().item<double>(), 0) << name;
    EXPECT_LE(x.max().item<double>(), 1) << name;
  }
}

TEST(DensityFlow, DensitiesOfPointsIntegrateToOne) {
  torch::manual_seed(9);
  MafOptions options{.blocks = 2, .hidden = {8}};
  options.data.set = "patches";
  Maf maf(options, {1, 1, 2});
  maf.to(torch::kFloat64);
  perturb(maf);
  maf.eval();
  torch::NoGradGuard no_grad;
  const auto grid = plane_grid(25, 700);
  const auto x = grid.points.view({-1, 1, 1, 2});
  EXPECT_NEAR(log_integral(maf.log_density(x), grid), 0, 1e-3);
  auto rng = make_rng(10, 0);
  const auto estimate = maf.log_prob({.images = x.slice(0, 0, 9), .labels = {}}, {}, rng);
  EXPECT_EQ(estimate.kind, EstimateKind::kExact);
  EXPECT_EQ(maf.figures({.images = x.slice(0, 0, 9), .labels = {}}, {}, rng).size(), 1u);
}

TEST(DensityFlow, ALogisticBasesDrawsHaveItsMoments) {
  Nice nice({.couplings = 0}, {1, 100, 100});
  auto rng = make_rng(11, 0);
  torch::NoGradGuard no_grad;
  // y = z / 20, and its levels; what is below 0 or above 1 belongs to the outermost.
  nice.parameters()[0].fill_(std::log(20.0));
  const auto x = nice.sample(20, {}, rng);
  expect_mean((x > 0).to(torch::kFloat64), 1 / (1 + std::exp(20.0 / 256)), 0.002);
  expect_mean((x < 25.5 / 255).to(torch::kFloat64), 1 / (1 + std::exp(-20 * 26.0 / 256)), 0.002);
}

TEST(FullCovarianceGaussian, IsTheLikeliestGaussian) {
  torch::manual_seed(12);
  FullGaussianOptions options;
  options.data.set = "patches";
  FullCovarianceGaussian model(options, {1, 1, 3});
  model.to(torch::kFloat64);
  const auto mixing = torch::randn({3, 3}, torch::kFloat64);
  const auto points = torch::matmul(torch::randn({500, 3}, torch::kFloat64), mixing) + 2;
  const Batch batch{.images = points.view({500, 1, 1, 3}), .labels = {}};
  auto rng = make_rng(13, 0);
  EXPECT_TRUE(model.steps_itself());
  const double nll = model.loss(batch, rng).total.item<double>();
  torch::NoGradGuard no_grad;
  EXPECT_NEAR(-model.log_prob(batch, {}, rng).mean(), nll, 1e-5);
  const auto away = points - points.mean(0);
  const auto covariance = torch::matmul(away.t(), away) / 500;
  const auto density =
      FullGaussian{points.mean(0), torch::linalg_cholesky(covariance)}.log_prob(points);
  EXPECT_TRUE(torch::allclose(model.log_density(batch.images), density, 0, 1e-9));
  expect_mean(model.sample(20000, {}, rng).flatten(1).select(1, 0),
              points.select(1, 0).mean().item<double>(), 0.1);
  const auto flow = std::dynamic_pointer_cast<Flow>(model.named_children()["flow"]);
  const auto some = batch.images.slice(0, 0, 5);
  EXPECT_TRUE(torch::allclose(flow->inverse(flow->forward(some).value), some, 0, 1e-9));
}

TEST(DensityFlow, TheLossIsWhatIsMeasured) {
  for (auto& [name, model] : all_models()) {
    torch::NoGradGuard no_grad;
    const auto batch = levels(30);
    auto rng = make_rng(14, 0), again = make_rng(14, 0);
    EXPECT_NEAR(model->loss(batch, rng).total.item<double>(),
                -model->log_prob(batch, {.samples = 1}, again).mean(), 1e-9)
        << name;
  }
}

}  // namespace
}  // namespace vqcodec::models
