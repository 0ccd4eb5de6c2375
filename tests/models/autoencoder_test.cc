#include "models/generative/autoencoder.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace vqcodec::models
