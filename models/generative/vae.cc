#include "models/generative/vae.h"

#include <algorithm>

#include "models/generative/rate_distortion.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

OptionList VaeOptions::list() {
  OptionList options = {
      {"latents", "dimension of z", IntegerOption{&latents, 1, 4096}},
      {"hidden", "units of the encoder's layers, or channels", ListOption{&hidden, 1, 65536}},
      {"activation", "of these layers", ChoiceOption{&activation, {"tanh", "relu"}}},
      {"network", "of encoder and decoder; convolution: of stride 2",
       ChoiceOption{&network, {"perceptron", "convolution"}}},
      {"pixels", "binary: grey levels are probabilities, drawn anew for each batch",
       ChoiceOption{&pixels, {"binary", "grey"}}},
      {"beta", "weight of the rate", RealOption{&beta, 0, 1e6}},
      {"free-bits", "nats of each latent that cost nothing", RealOption{&free_bits, 0, 1e3}},
      {"warm-up", "steps over which the rate's weight rises to beta",
       IntegerOption{&warm_up, 0, 1000000000}}};
  for (auto& option : observation.list()) options.push_back(std::move(option));
  return options;
}

Vae::Vae(const VaeOptions& options, const PictureShape& shape, std::int64_t context)
    : options_(options), shape_(shape) {
  const CodingNetwork network = {options.network, options.hidden, options.activation};
  encoder_ =
      register_module("encoder", encoder_network(network, shape, 2 * options.latents + context));
  decoder_ = register_module("decoder", decoder_network(network, options.latents, shape));
  observation_ = register_module("observation", Observation(options.observation, shape));
}

Vae::Encoded Vae::encoded(const torch::Tensor& x) {
  const auto output = encoder_->forward(x);
  const auto d = options_.latents;
  return {.posterior = {.mean = output.slice(1, 0, d), .log_variance = output.slice(1, d, 2 * d)},
          .context = output.slice(1, 2 * d)};
}

void Vae::forget_context() {
  torch::NoGradGuard no_grad;
  for (auto& parameter : encoder_->children().back()->parameters())
    parameter.slice(0, 2 * options_.latents).zero_();
}

DiagonalGaussian Vae::posterior(const torch::Tensor& x) { return encoded(x).posterior; }

PixelDistribution Vae::likelihood(const torch::Tensor& z) {
  return observation_->around(
      decoder_->forward(z).view({-1, shape_.channels, shape_.height, shape_.width}));
}

torch::Tensor Vae::log_likelihood(const torch::Tensor& x, const torch::Tensor& z) {
  const auto pixels = likelihood(z);
  if (is_training()) observation_->fit(x, pixels.output);
  return pixels.log_prob(x);
}

void Vae::begin_step(const Progress& progress) {
  const auto done = static_cast<double>(progress.step + 1);
  warmth_ = options_.warm_up > 0 ? std::min(1.0, done / static_cast<double>(options_.warm_up)) : 1;
}

// arXiv:1312.6114, eq. 3: -ELBO = KL(q(z|x) || p(z)) - E_q[log p(x|z)], in nats per picture.
Loss Vae::loss(const Batch& batch, Rng& rng) {
  const auto q = posterior(batch.images);
  const auto distortion = -log_likelihood(batch.images, q.sample(rng));  // (N)
  const auto rates = kl_to_standard_normal_by_dimension(q);              // (N,latents)
  const auto charged = rates.mean(0).clamp_min(options_.free_bits).sum();
  const double weight = options_.beta * warmth_;
  const auto rate = rates.sum(1).mean();
  return {.total = distortion.mean() + weight * charged,
          .terms = {{"distortion_nats", distortion.mean()},
                    {"rate_nats", rate},
                    {"negative_elbo_nats", distortion.mean() + rate}}};
}

torch::Tensor Vae::log_joint(const torch::Tensor& x, const torch::Tensor& z) {
  return log_likelihood(x, z) + standard_normal_like(z).log_prob(z);
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
  estimate.kind = observation_->kind_of(estimate.kind, options_.pixels);
  return estimate;
}

std::vector<Figure> Vae::figures(const Batch& batch, const EvaluationOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  auto figures = GenerativeModel::figures(batch, options, rng);
  if (!observation_->discrete()) {
    figures.resize(1);  // bits of a density say nothing
    figures.push_back({.name = "sigma",
                       .value = observation_->sigma(),
                       .unit = "of 0..1",
                       .estimator = options_.observation.deviation});
  }
  RateDistortion tally;
  for (const auto& x : batch.images.split(1000)) {
    const auto q = posterior(x);
    const auto z = q.sample(rng);
    tally.add(q, z, -log_likelihood(x, z));
  }
  for (auto& figure : tally.figures()) figures.push_back(std::move(figure));
  return figures;
}

std::unique_ptr<ModelFactory> make_vae_factory() {
  return std::make_unique<SimpleFactory<Vae, VaeOptions>>();
}

std::unique_ptr<ModelFactory> make_rate_distortion_factory() {
  return std::make_unique<SimpleFactory<Vae, VaeOptions>>(VaeOptions{
      .pixels = "grey", .observation = {.likelihood = "gaussian", .deviation = "optimal"}});
}

}  // namespace vqcodec::models
