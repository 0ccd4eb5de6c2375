#include "models/generative/iwae.h"

#include <gtest/gtest.h>

#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

const PictureShape kShape{1, 3, 2};

Iwae small_iwae(std::int64_t samples, const std::string& gradient) {
  torch::manual_seed(3);
  IwaeOptions options;
  options.latents = 2;
  options.hidden = {5};
  options.samples = samples;
  options.gradient = gradient;
  Iwae model(options, kShape);
  model.to(torch::kFloat64);
  return model;
}

Batch one_picture() {
  torch::manual_seed(4);
  return {.images = torch::rand({1, 1, 3, 2}, torch::kFloat64).round(), .labels = {}};
}

TEST(Iwae, TheLossIsMinusTheBoundOfItsSamples) {
  auto model = small_iwae(7, "iwae");
  const auto batch = one_picture();
  auto rng = make_rng(5, 0), again = make_rng(5, 0);
  EXPECT_NEAR(model.loss(batch, rng).total.item<double>(),
              -importance_bound(model.log_weights(batch.images, 7, again)).item<double>(), 1e-12);
}

TEST(Iwae, ItsGradientIsThatOfFiniteDifferencesWithTheSameNoise) {
  auto model = small_iwae(3, "iwae");
  const auto batch = one_picture();
  const auto loss = [&] {
    auto rng = make_rng(6, 0);
    return model.loss(batch, rng).total;
  };
  loss().backward();
  torch::NoGradGuard no_grad;
  for (auto& parameter : model.parameters()) {
    const auto flat = parameter.view(-1);
    const auto i = flat.numel() / 2;
    const double h = 1e-5, value = flat[i].item<double>();
    flat[i] = value + h;
    const double above = loss().item<double>();
    flat[i] = value - h;
    const double below = loss().item<double>();
    flat[i] = value;
    const double expected = (above - below) / (2 * h);
    EXPECT_NEAR(parameter.grad().view(-1)[i].item<double>(), expected,
                1e-6 * std::max(1.0, std::abs(expected)));
  }
}

// arXiv:1810.04152: the same mean as the plain gradient, less variance in the encoder; the
// decoder's is the same number for the same noise.
TEST(Iwae, DoublyReparameterizedGradientHasTheSameMeanAndLessVariance) {
  const auto batch = one_picture();
  const auto gradients = [&](const std::string& kind, const std::string& name) {
    auto model = small_iwae(8, kind);
    std::vector<torch::Tensor> drawn;
    for (std::uint64_t i = 0; i < 3000; ++i) {
      auto rng = make_rng(7, i);
      model.zero_grad();
      model.loss(batch, rng).total.backward();
      drawn.push_back(model.named_parameters()[name].grad().view(-1)[0].clone());
    }
    return torch::stack(drawn);
  };
  const auto plain = gradients("iwae", "encoder.3.weight"),
             doubly = gradients("dreg", "encoder.3.weight");
  expect_mean(plain - doubly, 0, 0.05);
  EXPECT_LT(doubly.var().item<double>(), plain.var().item<double>());
  EXPECT_TRUE(torch::allclose(gradients("iwae", "decoder.3.weight").slice(0, 0, 50),
                              gradients("dreg", "decoder.3.weight").slice(0, 0, 50)));
}

TEST(Iwae, DoublyReparameterizedLossHasTheBoundsValue) {
  auto plain = small_iwae(4, "iwae"), doubly = small_iwae(4, "dreg");
  const auto batch = one_picture();
  auto rng = make_rng(8, 0), again = make_rng(8, 0);
  EXPECT_NEAR(plain.loss(batch, rng).total.item<double>(),
              doubly.loss(batch, again).total.item<double>(), 1e-12);
}

}  // namespace
}  // namespace vqcodec::models
