#include "models/generative/autoencoder.h"

#include <gtest/gtest.h>

#include "entropy/error.h"
#include "models/distributions.h"
#include "models/generative/vae.h"

namespace vqcodec::models {
namespace {

// Baldi and Hornik 1989: the best linear autoencoder projects on the first principal components,
// and its loss is the sum of the variances left out.
TEST(Autoencoder, LinearOneFindsThePrincipalSubspace) {
  torch::manual_seed(1);
  const auto mix = torch::randn({8, 8}, torch::kFloat64);
  auto x = torch::matmul(torch::randn({300, 8}, torch::kFloat64), mix);
  x = (x - x.mean(0)).view({300, 1, 4, 2});
  Autoencoder model({.code = 3, .hidden = {}, .activation = "none"}, {1, 4, 2});
  model.to(torch::kFloat64);
  torch::optim::LBFGS optimizer(model.parameters(), torch::optim::LBFGSOptions(1)
                                                        .max_iter(800)
                                                        .tolerance_grad(1e-11)
                                                        .tolerance_change(1e-15)
                                                        .line_search_fn("strong_wolfe"));
  auto rng = make_rng(1, 0);
  const Batch batch{.images = x, .labels = {}};
  const auto closure = [&] {
    optimizer.zero_grad();
    const auto loss = model.loss(batch, rng).total;
    loss.backward();
    return loss;
  };
  for (int i = 0; i < 5; ++i) optimizer.step(closure);
  const auto flat = x.flatten(1);
  const auto [values, vectors] = torch::linalg_eigh(torch::matmul(flat.t(), flat) / 300, "L");
  const double left_out = values.slice(0, 0, 5).sum().item<double>();
  EXPECT_NEAR(closure().item<double>() / left_out, 1, 1e-6);
  const auto principal = vectors.slice(1, 5);
  const auto projected = torch::matmul(torch::matmul(flat, principal), principal.t());
  EXPECT_LT((model.decode(model.encode(x)).flatten(1) - projected).abs().max().item<double>(),
            1e-3);
}

TEST(Autoencoder, ScoreIsMinusTheSquaredErrorAndNoLikelihood) {
  torch::manual_seed(2);
  Autoencoder model({.code = 2, .hidden = {4}}, {1, 3, 3});
  auto rng = make_rng(1, 0);
  const Batch batch{.images = torch::rand({6, 1, 3, 3}), .labels = {}};
  const auto score = model.log_prob(batch, {}, rng);
  EXPECT_EQ(score.kind, EstimateKind::kNotALikelihood);
  EXPECT_NEAR(-score.mean(), model.loss(batch, rng).total.item<double>(), 1e-5);
}

torch::Tensor parameter(torch::nn::Module& module, const std::string& name) {
  return module.named_parameters()[name];
}

TEST(Autoencoder, TiedOrthonormalWeightsProject) {
  torch::manual_seed(3);
  Autoencoder model({.code = 2, .hidden = {}, .activation = "none", .tied = true}, {1, 3, 2});
  model.to(torch::kFloat64);
  const auto basis = std::get<0>(torch::linalg_qr(torch::randn({6, 2}, torch::kFloat64)));
  torch::NoGradGuard no_grad;
  parameter(model, "encoder.1.weight").copy_(basis.t());
  const auto x = torch::randn({5, 1, 3, 2}, torch::kFloat64);
  const auto projected = torch::matmul(torch::matmul(x.flatten(1), basis), basis.t());
  EXPECT_LT((model.decode(model.encode(x)).flatten(1) - projected).abs().max().item<double>(),
            1e-12);
}

TEST(Autoencoder, TiedWeightsMirrorEveryLayer) {
  torch::manual_seed(4);
  Autoencoder model({.code = 2, .hidden = {4}, .activation = "tanh", .tied = true}, {1, 3, 2});
  model.to(torch::kFloat64);
  const auto z = torch::randn({3, 2}, torch::kFloat64);
  const auto first = parameter(model, "encoder.1.weight"),
             last = parameter(model, "encoder.3.weight");
  const auto expected = torch::matmul(torch::matmul(z, last).tanh(), first);
  EXPECT_TRUE(torch::allclose(model.decode(z).flatten(1), expected));
  EXPECT_THROW(Autoencoder({.network = "convolution", .tied = true}, {1, 8, 8}), Error);
}

// What is left is the best constant's error: the variance of the data.
TEST(Autoencoder, ACodeThatTellsNothingLeavesTheVariance) {
  Autoencoder model({.code = 1, .hidden = {}, .activation = "none"}, {1, 3, 2});
  model.to(torch::kFloat64);
  const auto x = torch::rand({50, 1, 3, 2}, torch::kFloat64);
  torch::NoGradGuard no_grad;
  for (auto& value : model.parameters()) value.zero_();
  parameter(model, "decoder.1.bias").copy_(x.flatten(1).mean(0));
  auto rng = make_rng(1, 0);
  EXPECT_NEAR(model.loss({.images = x, .labels = {}}, rng).total.item<double>(),
              x.flatten(1).var(0, /*unbiased=*/false).sum().item<double>(), 1e-12);
}

// -log p(x|z) = |x - y|^2 / 2 sigma^2 + d/2 ln 2 pi sigma^2, here where z has no noise.
TEST(Autoencoder, IsTheVariationalOneWithoutRateAndNoise) {
  torch::manual_seed(5);
  const double sigma = 0.3;
  Autoencoder model({.code = 2, .hidden = {4}, .activation = "tanh"}, {1, 3, 2});
  Vae vae({.latents = 2,
           .hidden = {4},
           .pixels = "grey",
           .observation = {.likelihood = "gaussian", .deviation = "fixed", .sigma = sigma},
           .beta = 0},
          {1, 3, 2});
  model.to(torch::kFloat64);
  vae.to(torch::kFloat64);
  vae.named_buffers()["observation.log_variance"].fill_(2 * std::log(sigma));
  torch::NoGradGuard no_grad;
  for (auto& item : model.named_parameters()) {
    auto value = parameter(vae, item.key());
    if (value.sizes() == item.value().sizes()) {
      value.copy_(item.value());
      continue;
    }
    value.slice(0, 0, 2).copy_(item.value());  // posterior means; the deviations are 1e-13
    value.slice(0, 2).fill_(value.dim() == 1 ? -60 : 0);
  }
  const Batch batch{.images = torch::rand({8, 1, 3, 2}, torch::kFloat64), .labels = {}};
  auto rng = make_rng(2, 0);
  const double constant = 3 * std::log(2 * std::acos(-1.0) * sigma * sigma);
  EXPECT_NEAR((vae.loss(batch, rng).total.item<double>() - constant) * 2 * sigma * sigma,
              model.loss(batch, rng).total.item<double>(), 1e-6);
}

TEST(Autoencoder, PrincipalComponentsLeaveTheSmallestVariances) {
  torch::manual_seed(6);
  const auto x = torch::matmul(torch::randn({200, 6}, torch::kFloat64),
                               torch::randn({6, 6}, torch::kFloat64)) +
                 3;
  const auto centered = x - x.mean(0);
  const auto values = torch::linalg_eigvalsh(torch::matmul(centered.t(), centered) / 200, "L");
  const auto errors = principal_component_errors(x.view({200, 1, 3, 2}), 2);
  EXPECT_NEAR(errors.mean().item<double>(), values.slice(0, 0, 4).sum().item<double>(), 1e-9);
  EXPECT_NEAR(principal_component_errors(x, 9).max().item<double>(), 0, 1e-9);
}

TEST(Autoencoder, FiguresAreItsErrorAndThatOfPrincipalComponents) {
  torch::manual_seed(7);
  Autoencoder model({.code = 2, .hidden = {4}}, {1, 3, 3});
  model.eval();
  auto rng = make_rng(1, 0);
  const Batch batch{.images = torch::rand({20, 1, 3, 3}), .labels = {}};
  const auto figures = model.figures(batch, {}, rng);
  ASSERT_EQ(figures.size(), 2u);
  EXPECT_NEAR(
      figures[0].value,
      sum_events((model.reconstruct(batch, rng) - batch.images).square()).mean().item<double>(),
      1e-5);
  EXPECT_GT(figures[0].standard_error, 0);
  EXPECT_LT(figures[1].value, figures[0].value);  // of a network that has learned nothing
}

}  // namespace
}  // namespace vqcodec::models
