#include "models/generative/vae.h"

#include <algorithm>

#include "models/generative/simple_factory.h"
#include "models/layers.h"

namespace vqcodec::models {

OptionList VaeOptions::list() {
  return {{"latents", "dimension of z", IntegerOption{&latents, 1, 4096}},
          {"hidden", "units of the encoder's layers", ListOption{&hidden, 1, 65536}},
          {"activation", "of these layers", ChoiceOption{&activation, {"tanh", "relu"}}},
          {"pixels", "binary: grey levels are probabilities, drawn anew for each batch",
           ChoiceOption{&pixels, {"binary", "grey"}}},
          {"beta", "weight of the rate", RealOption{&beta, 0, 1e6}},
          {"free-bits", "nats of each latent that cost nothing", RealOption{&free_bits, 0, 1e3}},
          {"warm-up", "steps over which the rate's weight rises to beta",
           IntegerOption{&warm_up, 0, 1000000000}}};
}

Vae::Vae(const VaeOptions& options, const PictureShape& shape) : options_(options), shape_(shape) {
  std::vector<std::int64_t> sizes = {shape.values()};
  sizes.insert(sizes.end(), options.hidden.begin(), options.hidden.end());
  sizes.push_back(2 * options.latents);
  encoder_ = register_module("encoder", perceptron(sizes, options.activation));
  std::reverse(sizes.begin(), sizes.end());
  sizes.front() = options.latents;
  decoder_ = register_module("decoder", perceptron(sizes, options.activation));
}

DiagonalGaussian Vae::posterior(const torch::Tensor& x) {
  const auto moments = encoder_->forward(x).chunk(2, /*dim=*/1);  // 2 x (N,latents)
  return {.mean = moments[0], .log_variance = moments[1]};
}

Bernoulli Vae::likelihood(const torch::Tensor& z) {
  return {.logits = decoder_->forward(z).view({-1, shape_.channels, shape_.height, shape_.width})};
}

void Vae::begin_step(const Progress& progress) {
  const auto done = static_cast<double>(progress.step + 1);
  warmth_ = options_.warm_up > 0 ? std::min(1.0, done / static_cast<double>(options_.warm_up)) : 1;
}

// arXiv:1312.6114, eq. 3: -ELBO = KL(q(z|x) || p(z)) - E_q[log p(x|z)], in nats per picture.
Loss Vae::loss(const Batch& batch, Rng& rng) {
  const auto q = posterior(batch.images);
  const auto distortion = -likelihood(q.sample(rng)).log_prob(batch.images);  // (N)
  const auto rates = kl_to_standard_normal_by_dimension(q);                   // (N,latents)
  const auto charged = rates.mean(0).clamp_min(options_.free_bits).sum();
  const double weight = options_.beta * warmth_;
  const auto rate = rates.sum(1).mean();
  return {.total = distortion.mean() + weight * charged,
          .terms = {{"distortion_nats", distortion.mean()},
                    {"rate_nats", rate},
                    {"negative_elbo_nats", distortion.mean() + rate}}};
}

torch::Tensor Vae::log_joint(const torch::Tensor& x, const torch::Tensor& z) {
  return likelihood(z).log_prob(x) + standard_normal_like(z).log_prob(z);
}

torch::Tensor Vae::log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng) {
  const auto q = repeated(posterior(x), samples);
  const auto z = q.sample(rng);  // (S N,latents)
  const auto log_weights = log_joint(x.repeat({samples, 1, 1, 1}), z) - q.log_prob(z);
  return log_weights.view({samples, x.size(0)});
}

torch::Tensor Vae::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  const auto pixels = likelihood(torch::randn({n, options_.latents}, rng));
  return options.means ? pixels.mean() : pixels.sample(rng);
}

torch::Tensor Vae::reconstruct(const Batch& batch, Rng& rng) {
  return likelihood(posterior(batch.images).sample(rng)).mean();
}

torch::Tensor Vae::decode(const torch::Tensor& latents) { return likelihood(latents).mean(); }

Estimate Vae::log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  auto estimate = importance_estimate(batch.images, options.samples, [&](const torch::Tensor& x) {
    return log_weights(x, options.samples, rng);
  });
  if (options_.pixels == "grey") estimate.kind = EstimateKind::kNotALikelihood;
  return estimate;
}

std::unique_ptr<ModelFactory> make_vae_factory() {
  return std::make_unique<SimpleFactory<Vae, VaeOptions>>();
}

}  // namespace vqcodec::models
