#include "models/generative/iwae.h"

#include <gtest/gtest.h>

#include "tests/models/expect_mean.h"
#include "tests/models/gradient_check.h"
#include "tests/models/linear_gaussian.h"

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

// Of Gaussian pixels, with a posterior that is the exact one but for its width.
Iwae linear_iwae(const LinearGaussian& linear, double excess_log_variance) {
  IwaeOptions options;
  static_cast<VaeOptions&>(options) = linear_gaussian_options(linear);
  Iwae model(options, kShape);
  model.to(torch::kFloat64);
  set_parameters(model, linear, excess_log_variance);
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
  expect_gradients(model.parameters(), loss);
  for (const auto& parameter : model.parameters()) EXPECT_TRUE(parameter.grad().defined());
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

// Draws weighted by w / sum w have the moments of p(z|x), whatever they were drawn from.
TEST(Iwae, SelfNormalizedWeightsGiveThePosteriorsMoments) {
  const auto linear = LinearGaussian::make(6, 2);
  auto model = linear_iwae(linear, /*excess_log_variance=*/0.7);
  torch::NoGradGuard no_grad;
  const auto x = one_picture().images;
  constexpr std::int64_t kDraws = 5000;
  std::vector<torch::Tensor> means, squares;
  for (std::uint64_t i = 0; i < 60; ++i) {
    auto rng = make_rng(9, i), again = make_rng(9, i);
    const auto share = model.log_weights(x, kDraws, rng).softmax(0);  // (S,1)
    EXPECT_NEAR(share.sum().item<double>(), 1, 1e-12);
    const auto z = repeated(model.posterior(x), kDraws).sample(again);
    means.push_back((share * z).sum(0));
    squares.push_back((share * z.square()).sum(0));
  }
  const auto mean = torch::matmul(linear.gain(), x.flatten() - linear.bias);
  const auto square = mean.square() + 1 / linear.precision();
  for (std::int64_t j = 0; j < 2; ++j) {
    expect_mean(torch::stack(means).select(1, j), mean[j].item<double>(), 0.003);
    expect_mean(torch::stack(squares).select(1, j), square[j].item<double>(), 0.006);
  }
}

TEST(SignalToNoise, IsThatOfGaussianDraws) {
  auto rng = make_rng(10, 0);
  const auto mean = torch::tensor({0.3, 0.4}, torch::kFloat64);  // of length 0.5
  const auto deviation = torch::tensor({3.0, 4.0}, torch::kFloat64);
  const auto draws = mean + deviation * torch::randn({400000, 2}, rng, torch::kFloat64);
  EXPECT_NEAR(signal_to_noise(draws), 0.1, 5 * std::sqrt(1 / 400000.0));
  // Few draws of no signal at all: what remains is their noise about zero.
  EXPECT_LT(signal_to_noise(deviation * torch::randn({10000, 2}, rng, torch::kFloat64)), 0.02);
}

// Rainforth et al., arXiv:1802.04537: more samples help the decoder and hurt the encoder, whose
// gradient drowns; the doubly reparameterized one does not. Slopes -1/2 and 1/2 of the logarithms,
// where weights are bounded.
TEST(Iwae, MoreSamplesDrownTheEncodersGradientAlone) {
  const auto linear = LinearGaussian::make(6, 2);
  auto model = linear_iwae(linear, /*excess_log_variance=*/0.7);
  const auto x = one_picture().images.repeat({20, 1, 1, 1});
  const auto signal = [&](std::int64_t k, const std::string& gradient) {
    auto rng = make_rng(11, static_cast<std::uint64_t>(k));
    return gradient_signal(model, x, k, gradient, /*draws=*/300, rng);
  };
  const auto slope = [](double few, double many) { return std::log(many / few) / std::log(8.0); };
  const auto few = signal(8, "iwae"), many = signal(64, "iwae");
  EXPECT_NEAR(slope(few.encoder, many.encoder), -0.5, 0.15);
  EXPECT_NEAR(slope(few.decoder, many.decoder), 0.5, 0.15);
  EXPECT_NEAR(slope(signal(8, "dreg").encoder, signal(64, "dreg").encoder), 0.5, 0.15);
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
