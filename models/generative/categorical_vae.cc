#include "models/generative/categorical_vae.h"

#include <algorithm>
#include <cmath>

#include "models/generative/simple_factory.h"
#include "models/layers.h"

namespace vqcodec::models {

namespace {

std::int64_t at_least_two(std::int64_t draws) { return std::max<std::int64_t>(2, draws); }

}  // namespace

OptionList CategoricalVaeOptions::list() {
  return {{"variables", "latent variables", IntegerOption{&variables, 1, 4096}},
          {"classes", "of each variable", IntegerOption{&classes, 2, 4096}},
          {"hidden", "units of the encoder's layers", ListOption{&hidden, 1, 65536}},
          {"estimator", "of the encoder's gradient",
           ChoiceOption{
               &estimator,
               {"gumbel", "st-gumbel", "straight-through", "score-function", "vimco", "rebar"}}},
          {"baseline",
           "of score-function; mean: running; learned: of the picture; others: of its other draws",
           baseline_choice(&baseline)},
          {"entropy", "of score-function: in closed form or of the draws",
           ChoiceOption{&entropy, {"exact", "sampled"}}},
          {"draws", "of score-function and vimco, each picture", IntegerOption{&draws, 1, 1000}},
          {"rebar-scale", "of its control variate", RealOption{&rebar_scale, 0, 10}},
          {"least-temperature", "of gumbel and rebar", RealOption{&least_temperature, 1e-3, 10}},
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
  if (options.estimator == "score-function")
    baseline_ = register_module("baseline", RewardBaseline(options.baseline, shape.values()));
  steps_ = register_buffer("steps", torch::zeros({}));
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
  if (options_.estimator == "score-function") return score_function_loss(q, batch.images, rng);
  if (options_.estimator == "vimco") return vimco_loss(q, batch.images, rng);
  const auto rate = -log_prior() - q.entropy();  // KL[q || uniform], (N)
  const auto error = distortion(q, batch.images, rng);
  return {.total = (error + rate).mean(),
          .terms = {{"distortion_nats", error.mean()},
                    {"rate_nats", rate.mean()},
                    {"temperature", torch::tensor(temperature())}}};
}

torch::Tensor CategoricalVae::distortion(const Categorical& q, const torch::Tensor& x, Rng& rng) {
  if (options_.estimator == "rebar") return rebar_distortion(q, x, rng);
  const auto z = differentiable_draw(q, options_.estimator, temperature(), rng);
  return -likelihood(z).log_prob(x);
}

torch::Tensor CategoricalVae::rebar_distortion(const Categorical& q, const torch::Tensor& x,
                                               Rng& rng) {
  const auto z = rebar_draw(q, temperature(), rng);
  const auto f = [&](const torch::Tensor& latents) { return -likelihood(latents).log_prob(x); };
  return rebar_surrogate(f(z.hard), f(z.relaxed), f(z.given_hard), q.log_prob(z.hard),
                         options_.rebar_scale);
}

// -E_q[log p(x,z) - log q(z|x)] as an expression with the score function's gradient.
Loss CategoricalVae::score_function_loss(const Categorical& q, const torch::Tensor& x, Rng& rng) {
  const auto draws = baseline_->draws(options_.draws);
  const Categorical many{q.logits.repeat({draws, 1, 1})};
  const auto z = many.sample(rng);
  const auto log_q = many.log_prob(z);
  const auto log_p = likelihood(z).log_prob(x.repeat({draws, 1, 1, 1}));
  const bool sampled = options_.entropy == "sampled";
  const auto rewards = (sampled ? log_p - log_q : log_p).detach();
  const auto baseline = baseline_->forward(rewards, x);
  // Where the entropy is sampled, its constant 1 needs no baseline: E[grad log q] = 0.
  const auto bounds =
      sampled ? score_function_surrogate(log_p, log_q, baseline - 1)
              : score_function_surrogate_of_reward(log_p, log_q, baseline) + many.entropy();
  const auto loss = -(bounds.mean() + log_prior());
  return {.total = loss + baseline_->own_loss(rewards, baseline),
          .terms = {{"negative_elbo_nats", loss},
                    {"rate_nats", (-log_prior() - q.entropy()).mean()},
                    {"squared_signal", (rewards - baseline).square().mean()}}};
}

Loss CategoricalVae::vimco_loss(const Categorical& q, const torch::Tensor& x, Rng& rng) {
  const auto draws = at_least_two(options_.draws);
  const Categorical many{q.logits.repeat({draws, 1, 1})};
  const auto z = many.sample(rng);
  const auto log_p = likelihood(z).log_prob(x.repeat({draws, 1, 1, 1})) + log_prior();
  const auto loss =
      -vimco_surrogate(log_p.view({draws, -1}), many.log_prob(z).view({draws, -1})).mean();
  return {.total = loss, .terms = {{"negative_bound_nats", loss}}};
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
