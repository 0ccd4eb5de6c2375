// Guarded lines broken once on purpose: the sign of the volumes, the prior of z_K in place of z_0,
// the order reversed between autoregressive maps, the slices of the maps' parameters.
#include "models/generative/flow_vae.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/models/expect_mean.h"
#include "tests/models/flow_checks.h"

namespace vqcodec::models {
namespace {

const PictureShape kShape{1, 3, 2};

Batch pictures(std::int64_t n) {
  torch::manual_seed(4);
  return {.images = torch::rand({n, 1, 3, 2}, torch::kFloat64).round(), .labels = {}};
}

FlowVaeOptions small(const std::string& flow, std::int64_t maps) {
  FlowVaeOptions options;
  options.latents = 2;
  options.hidden = {5};
  options.flow = flow;
  options.maps = maps;
  options.context = 3;
  options.made = {6};
  return options;
}

std::shared_ptr<FlowVae> make(const FlowVaeOptions& options, double away = 0.3) {
  torch::manual_seed(3);
  auto vae = std::make_shared<FlowVae>(options, kShape);
  vae->to(torch::kFloat64);
  if (away > 0) perturb(*vae, away);
  return vae;
}

std::vector<FlowVaeOptions> kinds() {
  return {small("planar", 3), small("shared-planar", 3), small("iaf", 2)};
}

TEST(FlowVae, WithoutMapsItIsTheVae) {
  auto flow = make(small("planar", 0), 0);
  torch::manual_seed(3);
  Vae vae(small("planar", 0), kShape);
  vae.to(torch::kFloat64);
  torch::NoGradGuard no_grad;
  const auto x = pictures(6).images;
  auto rng = make_rng(5, 0), again = make_rng(5, 0);
  EXPECT_TRUE(torch::equal(flow->log_weights(x, 7, rng), vae.log_weights(x, 7, again)));
  // With the divergence by draws; in the mean the same loss.
  std::vector<torch::Tensor> differences;
  for (int i = 0; i < 1000; ++i)
    differences.push_back(flow->loss(pictures(6), rng).total - vae.loss(pictures(6), rng).total);
  expect_mean(torch::stack(differences), 0, 0.05);
}

TEST(FlowVae, AtFirstPlanarMapsChangeNothing) {
  auto flow = make(small("planar", 4), 0);
  torch::NoGradGuard no_grad;
  const auto x = pictures(6).images;
  auto rng = make_rng(6, 0), again = make_rng(6, 0);
  const auto [z, log_q] = flow->draw(x, 3, rng);
  const auto q = repeated(flow->posterior(x), 3);
  const auto first = q.sample(again);
  EXPECT_TRUE(torch::allclose(z, first, 1e-6, 1e-6));
  EXPECT_TRUE(torch::allclose(log_q, q.log_prob(first), 1e-6, 1e-6));
}

// log q(z_K|x) is a density: E_q[r(z) / q(z)] = 1 for any density r. r is a Gaussian narrow enough
// that the ratio's variance is small.
TEST(FlowVae, ThePosteriorIsADensity) {
  for (const auto& options : kinds()) {
    auto vae = make(options, 0.2);
    torch::NoGradGuard no_grad;
    const auto x = pictures(1).images;
    auto rng = make_rng(7, 0);
    const auto [z, log_q] = vae->draw(x, 100000, rng);
    const auto centre = z.mean(0, true).expand_as(z);
    const auto log_variance = (0.5 * z.var(0, true, true)).log().expand_as(z);
    const auto ratio = (DiagonalGaussian{centre, log_variance}.log_prob(z) - log_q).exp();
    expect_mean(ratio, 1, 0.02);
  }
}

// Importance weights of any posterior have the mean p(x): two flows agree.
TEST(FlowVae, WeightsHaveTheLikelihoodAsTheirMean) {
  for (const auto& options : kinds()) {
    auto vae = make(options, 0.2);
    torch::NoGradGuard no_grad;
    const auto x = pictures(1).images;
    auto rng = make_rng(8, 0);
    // By the prior's draws, of which the posterior knows nothing.
    const auto z = torch::randn({100000, 2}, rng, torch::kFloat64);
    const double exact =
        vae->log_likelihood(x.expand({100000, -1, -1, -1}), z).exp().mean().item<double>();
    const auto weights = vae->log_weights(x, 100000, rng).exp();
    expect_mean(weights / exact, 1, 0.03);
  }
}

TEST(FlowVae, FiguresAddUp) {
  for (const auto& options : kinds()) {
    auto vae = make(options);
    vae->eval();
    auto rng = make_rng(9, 0);
    std::map<std::string, double> values;
    for (const auto& figure : vae->figures(pictures(200), {.samples = 20}, rng))
      values[figure.name] = figure.value;
    EXPECT_NEAR(values.at("rate") + values.at("distortion"), values.at("negative_elbo"), 1e-9);
    EXPECT_LE(values.at("nll"), values.at("negative_elbo"));
    torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> losses;
    for (int i = 0; i < 200; ++i) losses.push_back(vae->loss(pictures(200), rng).total);
    expect_mean(
        torch::stack(losses) - vae->log_weights(pictures(200).images, 2000, rng).mean().neg(), 0,
        0.05);
  }
}

TEST(FlowVae, EveryParameterIsUsed) {
  for (const auto& options : kinds()) {
    auto vae = make(options);
    auto rng = make_rng(10, 0);
    vae->loss(pictures(5), rng).total.backward();
    for (const auto& item : vae->named_parameters())
      EXPECT_GT(item.value().grad().abs().max().item<double>(), 0) << item.key();
  }
}

// The noise of the last latent reaches the first: a second autoregressive map sees it earlier.
TEST(FlowVae, TheSecondOfTwoAutoregressiveMapsSeesTheOtherOrder) {
  for (const std::int64_t maps : {1, 2}) {
    auto vae = make(small("iaf", maps));
    torch::NoGradGuard no_grad;
    const auto x = pictures(1).images;
    const auto first = [&] {
      auto rng = make_rng(11, 0);
      return vae->draw(x, 5, rng).z.select(1, 0);
    };
    const auto before = first();
    vae->named_parameters()["encoder.3.bias"][3].add_(1);  // log-variance of the last latent
    EXPECT_EQ((first() - before).abs().max().item<double>() > 1e-6, maps == 2);
  }
}

}  // namespace
}  // namespace vqcodec::models
