#include "models/generative/conditional_vae.h"

#include <algorithm>

#include "entropy/error.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

OptionList ConditionalVaeOptions::list() {
  OptionList options = {
      {"classes", "of the labels", IntegerOption{&classes, 1, 100000}},
      {"latents", "dimension of z", IntegerOption{&latents, 1, 4096}},
      {"hidden", "units of the encoder's layers", ListOption{&hidden, 1, 65536}},
      {"activation", "of these layers", ChoiceOption{&activation, {"tanh", "relu"}}},
      {"prior", "of z; label: a mean of its own for each label",
       ChoiceOption{&prior, {"normal", "label"}}},
      {"pixels", "binary: grey levels are probabilities, drawn anew for each batch",
       ChoiceOption{&pixels, {"binary", "grey"}}}};
  for (auto& option : observation.list()) options.push_back(std::move(option));
  return options;
}

ConditionalVae::ConditionalVae(const ConditionalVaeOptions& options, const PictureShape& shape)
    : options_(options), shape_(shape) {
  std::vector<std::int64_t> sizes = {shape.values()};
  sizes.insert(sizes.end(), options.hidden.begin(), options.hidden.end());
  sizes.push_back(2 * options.latents);
  encoder_ =
      register_module("encoder", LabelledPerceptron(sizes, options.activation, options.classes));
  std::reverse(sizes.begin(), sizes.end());
  sizes.front() = options.latents;
  decoder_ =
      register_module("decoder", LabelledPerceptron(sizes, options.activation, options.classes));
  if (options.prior == "label")
    prior_mean_ =
        register_parameter("prior_mean", torch::zeros({options.classes, options.latents}));
  observation_ = register_module("observation", Observation(options.observation, shape));
}

DiagonalGaussian ConditionalVae::posterior(const torch::Tensor& x, const torch::Tensor& y) {
  const auto moments = encoder_->forward(x, y).chunk(2, /*dim=*/1);
  return {.mean = moments[0], .log_variance = moments[1]};
}

PixelDistribution ConditionalVae::likelihood(const torch::Tensor& z, const torch::Tensor& y) {
  return observation_->around(
      decoder_->forward(z, y).view({-1, shape_.channels, shape_.height, shape_.width}));
}

DiagonalGaussian ConditionalVae::prior(const torch::Tensor& y) {
  if (prior_mean_.defined()) {
    const auto mean = torch::matmul(y, prior_mean_);
    return {.mean = mean, .log_variance = torch::zeros_like(mean)};
  }
  return standard_normal_like(torch::zeros({y.size(0), options_.latents}, y.options()));
}

ConditionalVae::Terms ConditionalVae::terms(const torch::Tensor& x, const torch::Tensor& y,
                                            Rng& rng) {
  const auto q = posterior(x, y);
  const auto pixels = likelihood(q.sample(rng), y);
  if (is_training()) observation_->fit(x, pixels.output);
  return {.rate = prior_mean_.defined() ? kl_divergence(q, prior(y)) : kl_to_standard_normal(q),
          .distortion = -pixels.log_prob(x)};
}

Loss ConditionalVae::loss(const Batch& batch, Rng& rng) {
  const auto of = terms(batch.images, one_hot(batch), rng);
  const auto rate = of.rate.mean(), distortion = of.distortion.mean();
  return {.total = distortion + rate,
          .terms = {{"distortion_nats", distortion},
                    {"rate_nats", rate},
                    {"negative_elbo_nats", distortion + rate}}};
}

torch::Tensor ConditionalVae::one_hot(const Batch& batch) const {
  const auto labels =
      batch.labels.defined() ? batch.labels : torch::zeros({batch.images.size(0)}, torch::kInt64);
  if (labels.min().item<std::int64_t>() < 0 ||
      labels.max().item<std::int64_t>() >= options_.classes)
    throw Error(ErrorKind::kUsage, "labels from ", labels.min().item<std::int64_t>(), " to ",
                labels.max().item<std::int64_t>(), ", expected 0 to ", options_.classes - 1,
                "; give --classes");
  return torch::one_hot(labels, options_.classes).to(batch.images.scalar_type());
}

torch::Tensor ConditionalVae::log_weights(const torch::Tensor& x, const torch::Tensor& y,
                                          std::int64_t samples, Rng& rng) {
  const auto q = repeated(posterior(x, y), samples);
  const auto z = q.sample(rng);  // (S N,latents)
  const auto ys = y.repeat({samples, 1});
  const auto log_joint =
      likelihood(z, ys).log_prob(x.repeat({samples, 1, 1, 1})) + prior(ys).log_prob(z);
  return (log_joint - q.log_prob(z)).view({samples, x.size(0)});
}

torch::Tensor ConditionalVae::labels_of(std::int64_t n, const SampleOptions& options) const {
  if (options.label && (*options.label < 0 || *options.label >= options_.classes))
    throw Error(ErrorKind::kUsage, "class ", *options.label, ", expected 0 to ",
                options_.classes - 1);
  const auto labels = options.label ? torch::full({n}, *options.label, torch::kInt64)
                                    : torch::arange(n).remainder(options_.classes);
  return torch::one_hot(labels, options_.classes).to(parameters()[0].scalar_type());
}

torch::Tensor ConditionalVae::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  const auto y = labels_of(n, options);
  const auto pixels = likelihood(prior(y).sample(rng), y);
  return options.means ? pixels.mean() : pixels.sample(rng);
}

torch::Tensor ConditionalVae::reconstruct(const Batch& batch, Rng& rng) {
  const auto n = batch.images.size(0);
  const auto z = posterior(batch.images, one_hot(batch)).sample(rng);
  const auto all = torch::arange(n);
  const auto style = all - all.remainder(options_.classes);
  return likelihood(z.index_select(0, style), labels_of(n, {})).mean();
}

Estimate ConditionalVae::log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  auto estimate = importance_estimate(batch, options.samples, [&](const Batch& part) {
    return log_weights(part.images, one_hot(part), options.samples, rng);
  });
  estimate.kind = observation_->kind_of(estimate.kind, options_.pixels);
  estimate.estimator += batch.labels.defined() ? ", of log p(x|y)" : "";
  return estimate;
}

std::unique_ptr<ModelFactory> make_conditional_vae_factory() {
  return std::make_unique<SimpleFactory<ConditionalVae, ConditionalVaeOptions>>();
}

}  // namespace vqcodec::models
