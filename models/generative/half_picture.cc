#include "models/generative/half_picture.h"

#include <algorithm>
#include <cmath>

#include "entropy/error.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

OptionList HalfPictureOptions::list() {
  return {{"layers", "of categorical units", IntegerOption{&layers, 1, 16}},
          {"variables", "of each layer", IntegerOption{&variables, 1, 4096}},
          {"classes", "of each variable", IntegerOption{&classes, 2, 4096}},
          {"estimator", "of the gradient; rebar: of one layer",
           ChoiceOption{
               &estimator,
               {"gumbel", "st-gumbel", "straight-through", "score-function", "vimco", "rebar"}}},
          {"baseline",
           "of score-function; mean: running; learned: of the picture; others: of its other draws",
           baseline_choice(&baseline)},
          {"draws", "of score-function and vimco, each picture", IntegerOption{&draws, 1, 1000}},
          {"least-temperature", "of gumbel, st-gumbel and rebar",
           RealOption{&least_temperature, 1e-3, 10}},
          {"temperature-rate", "by which it falls: exp(-rate * step)",
           RealOption{&temperature_rate, 0, 1}}};
}

HalfPicture::HalfPicture(const HalfPictureOptions& options, const PictureShape& shape)
    : options_(options), shape_(shape) {
  if (shape.height % 2 != 0)
    throw Error(ErrorKind::kUsage, "half-picture: pictures of ", shape.height,
                " rows, expected an even number: the lower half is predicted from the upper");
  if (options.estimator == "rebar" && options.layers != 1)
    throw Error(ErrorKind::kUsage, "half-picture: --estimator rebar with ", options.layers,
                " layers, expected --layers 1");
  const auto half = shape.values() / 2, units = options.variables * options.classes;
  for (std::int64_t l = 0; l < options.layers; ++l)
    layers_.push_back(register_module("layer" + std::to_string(l),
                                      torch::nn::Linear(l == 0 ? half : units, units)));
  decoder_ = register_module("decoder", torch::nn::Linear(units, half));
  baseline_ = register_module("baseline", RewardBaseline(options.baseline, half));
}

Categorical HalfPicture::units(std::size_t layer, const torch::Tensor& before) {
  return {.logits =
              layers_[layer](before.flatten(1)).view({-1, options_.variables, options_.classes})};
}

torch::Tensor HalfPicture::log_likelihood(const torch::Tensor& x, const torch::Tensor& z) {
  const auto pixels = lower(x);
  return Bernoulli{decoder_(z.flatten(1)).view_as(pixels)}.log_prob(pixels);
}

void HalfPicture::begin_step(const Progress& progress) {
  temperature_ = std::max(options_.least_temperature, std::exp(-options_.temperature_rate *
                                                               static_cast<double>(progress.step)));
}

// arXiv:1611.01144, section 4.1: -E log 1/S sum_s p(lower|z_s), of one draw but for VIMCO's.
Loss HalfPicture::loss(const Batch& batch, Rng& rng) {
  const auto& x = batch.images;
  const auto& estimator = options_.estimator;
  const auto bound = estimator == "score-function" ? score_function_bound(x, rng)
                     : estimator == "vimco"        ? vimco_bound(x, rng)
                     : estimator == "rebar"        ? rebar_bound(x, rng)
                                                   : relaxed_bound(x, rng);
  const auto loss = -bound.mean();
  return {.total = loss, .terms = {{"negative_bound_nats", loss}}};
}

torch::Tensor HalfPicture::relaxed_bound(const torch::Tensor& x, Rng& rng) {
  auto z = upper(x);
  for (std::size_t l = 0; l < layers_.size(); ++l)
    z = differentiable_draw(units(l, z), options_.estimator, temperature_, rng);
  return log_likelihood(x, z);
}

torch::Tensor HalfPicture::rebar_bound(const torch::Tensor& x, Rng& rng) {
  const auto q = units(0, upper(x));
  const auto z = rebar_draw(q, temperature_, rng);
  return rebar_surrogate(log_likelihood(x, z.hard), log_likelihood(x, z.relaxed),
                         log_likelihood(x, z.given_hard), q.log_prob(z.hard), /*scale=*/1);
}

HalfPicture::Draw HalfPicture::draw(const torch::Tensor& upper, Rng& rng) {
  Draw drawn{.units = upper, .log_p = torch::zeros({upper.size(0)}, upper.options())};
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const auto given = units(l, drawn.units);
    drawn.units = given.sample(rng);
    drawn.log_p = drawn.log_p + given.log_prob(drawn.units);
  }
  return drawn;
}

torch::Tensor HalfPicture::score_function_bound(const torch::Tensor& x, Rng& rng) {
  const auto many = x.repeat({baseline_->draws(options_.draws), 1, 1, 1});
  const auto z = draw(upper(many), rng);
  const auto log_p = log_likelihood(many, z.units);
  const auto rewards = log_p.detach();
  const auto baseline = baseline_->forward(rewards, upper(x));
  return score_function_surrogate_of_reward(log_p, z.log_p, baseline).mean() -
         baseline_->own_loss(rewards, baseline);
}

// The units' own probabilities cancel in the weights, which are log p(lower|z).
torch::Tensor HalfPicture::vimco_bound(const torch::Tensor& x, Rng& rng) {
  const auto draws = std::max<std::int64_t>(2, options_.draws);
  const auto many = x.repeat({draws, 1, 1, 1});
  const auto z = draw(upper(many), rng);
  const auto log_joint = log_likelihood(many, z.units) + z.log_p;
  return vimco_surrogate(log_joint.view({draws, -1}), z.log_p.view({draws, -1}));
}

torch::Tensor HalfPicture::log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng) {
  const auto many = x.repeat({samples, 1, 1, 1});
  return log_likelihood(many, draw(upper(many), rng).units).view({samples, x.size(0)});
}

torch::Tensor HalfPicture::reconstruct(const Batch& batch, Rng& rng) {
  const auto top = upper(batch.images);
  const auto means = decoder_(draw(top, rng).units.flatten(1)).sigmoid();
  return torch::cat({top, means.view_as(lower(batch.images))}, 2);
}

Estimate HalfPicture::log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  return importance_estimate(batch.images, options.samples, [&](const torch::Tensor& x) {
    return log_weights(x, options.samples, rng);
  });
}

std::vector<Figure> HalfPicture::figures(const Batch& batch, const EvaluationOptions& options,
                                         Rng& rng) {
  return likelihood_figures(log_prob(batch, options, rng), shape_.values() / 2);
}

std::unique_ptr<ModelFactory> make_half_picture_factory() {
  return std::make_unique<SimpleFactory<HalfPicture, HalfPictureOptions>>();
}

}  // namespace vqcodec::models
