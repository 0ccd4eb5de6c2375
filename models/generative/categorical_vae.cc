#include "models/generative/categorical_vae.h"

#include <algorithm>
#include <cmath>

#include "models/generative/simple_factory.h"
#include "models/layers.h"

namespace vqcodec::models {

namespace {

constexpr double kRewardMemory = 0.99;  // of the running mean

}  // namespace

OptionList CategoricalVaeOptions::list() {
  return {{"variables", "latent variables", IntegerOption{&variables, 1, 4096}},
          {"classes", "of each variable", IntegerOption{&classes, 2, 4096}},
          {"hidden", "units of the encoder's layers", ListOption{&hidden, 1, 65536}},
          {"estimator", "of the encoder's gradient",
           ChoiceOption{&estimator, {"gumbel", "st-gumbel", "straight-through", "score-function"}}},
          {"baseline", "of score-function", ChoiceOption{&baseline, {"none", "mean", "others"}}},
          {"entropy", "of score-function: in closed form or of the draws",
           ChoiceOption{&entropy, {"exact", "sampled"}}},
          {"draws", "of score-function, each picture", IntegerOption{&draws, 1, 1000}},
          {"least-temperature", "of gumbel", RealOption{&least_temperature, 1e-3, 10}},
          {"temperature-rate", "by which it falls: exp(-rate * step)",
           RealOption{&temperature_rate, 0, 1}}};
}

CategoricalVae::CategoricalVae(const CategoricalVaeOptions& options, const PictureShape& shape)
    : options_(options), shape_(shape) {
  std::vector<std::int64_t> sizes = {shape.values()};
  sizes.insert(sizes.end(), options.hidden.begin(), options.hidden.end());
  sizes.push_back(options.variables * options.classes);
  encoder_ = register_module("encoder", perceptron(sizes, "relu"));
  std::reverse(sizes.begin(), sizes.end());
  decoder_ = register_module("decoder", perceptron(sizes, "relu"));
  steps_ = register_buffer("steps", torch::zeros({}));
  mean_reward_ = register_buffer("mean_reward", torch::zeros({}));
}

Categorical CategoricalVae::posterior(const torch::Tensor& x) {
  return {.logits = encoder_->forward(x).view({-1, options_.variables, options_.classes})};
}

Bernoulli CategoricalVae::likelihood(const torch::Tensor& z) {
  return {.logits = decoder_->forward(z).view({-1, shape_.channels, shape_.height, shape_.width})};
}

double CategoricalVae::log_prior() const {
  return -static_cast<double>(options_.variables) * std::log(static_cast<double>(options_.classes));
}

double CategoricalVae::temperature() const {
  return std::max(options_.least_temperature,
                  std::exp(-options_.temperature_rate * steps_.item<double>()));
}

Loss CategoricalVae::loss(const Batch& batch, Rng& rng) {
  if (is_training()) steps_ += 1;
  const auto q = posterior(batch.images);
  const auto rate = -log_prior() - q.entropy();  // KL[q || uniform], (N)
  if (options_.estimator == "score-function") {
    const auto bound = score_function_bound(q, batch.images, rng).mean();
    return {.total = -bound, .terms = {{"negative_elbo_nats", -bound}, {"rate_nats", rate.mean()}}};
  }
  const auto error = distortion(q, batch.images, rng);
  return {.total = (error + rate).mean(),
          .terms = {{"distortion_nats", error.mean()},
                    {"rate_nats", rate.mean()},
                    {"temperature", torch::tensor(temperature())}}};
}

torch::Tensor CategoricalVae::distortion(const Categorical& q, const torch::Tensor& x, Rng& rng) {
  torch::Tensor z;
  if (options_.estimator == "straight-through") {
    z = straight_through(q.sample(rng), q.logits.softmax(-1));
  } else {
    z = gumbel_softmax(q, temperature(), rng);
    if (options_.estimator == "st-gumbel") z = straight_through(one_hot_of_largest(z), z);
  }
  return -likelihood(z).log_prob(x);
}

// E_q[log p(x,z) - log q(z|x)], (S N), as an expression with the score function's gradient.
torch::Tensor CategoricalVae::score_function_bound(const Categorical& q, const torch::Tensor& x,
                                                   Rng& rng) {
  const auto draws =
      options_.baseline == "others" ? std::max<std::int64_t>(2, options_.draws) : options_.draws;
  const Categorical many{q.logits.repeat({draws, 1, 1})};
  const auto z = many.sample(rng);
  const auto log_q = many.log_prob(z);
  const auto log_p = likelihood(z).log_prob(x.repeat({draws, 1, 1, 1}));
  const bool sampled = options_.entropy == "sampled";
  const auto reward = (sampled ? log_p - log_q : log_p).detach();
  auto baseline = torch::zeros({}, reward.options());
  if (options_.baseline == "mean") baseline = mean_reward_.clone();
  if (options_.baseline == "others")
    baseline = mean_of_the_others(reward.view({draws, -1})).flatten();
  if (is_training()) {
    const double share = std::max(1 - kRewardMemory, 1 / std::max(1.0, steps_.item<double>()));
    mean_reward_.lerp_(reward.mean(), share);
  }
  // Where the entropy is sampled, its constant 1 needs no baseline: E[grad log q] = 0.
  const auto bound =
      sampled ? score_function_surrogate(log_p, log_q, baseline - 1)
              : score_function_surrogate_of_reward(log_p, log_q, baseline) + many.entropy();
  return bound + log_prior();
}

torch::Tensor CategoricalVae::log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng) {
  const Categorical q{posterior(x).logits.repeat({samples, 1, 1})};
  const auto z = q.sample(rng);
  const auto log_joint = likelihood(z).log_prob(x.repeat({samples, 1, 1, 1})) + log_prior();
  return (log_joint - q.log_prob(z)).view({samples, x.size(0)});
}

torch::Tensor CategoricalVae::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  const Categorical prior{torch::zeros({n, options_.variables, options_.classes})};
  const auto pixels = likelihood(prior.sample(rng));
  return options.means ? pixels.mean() : pixels.sample(rng);
}

torch::Tensor CategoricalVae::reconstruct(const Batch& batch, Rng& rng) {
  return likelihood(posterior(batch.images).sample(rng)).mean();
}

Estimate CategoricalVae::log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  return importance_estimate(batch.images, options.samples, [&](const torch::Tensor& x) {
    return log_weights(x, options.samples, rng);
  });
}

std::unique_ptr<ModelFactory> make_categorical_vae_factory() {
  return std::make_unique<SimpleFactory<CategoricalVae, CategoricalVaeOptions>>();
}

}  // namespace vqcodec::models
