#include "models/generative/ladder_vae.h"

#include <algorithm>

#include "entropy/error.h"
#include "models/generative/rate_distortion.h"
#include "models/generative/simple_factory.h"
#include "models/layers.h"

namespace vqcodec::models {

namespace {

DiagonalGaussian gaussian(const torch::Tensor& moments) {
  const auto parts = moments.chunk(2, /*dim=*/1);
  return {.mean = parts[0], .log_variance = parts[1]};
}

// Latents that cost over 0.01 nats.
std::int64_t active_latents(const DiagonalGaussian& q, const DiagonalGaussian& p) {
  constexpr double kThreshold = 0.01;
  const auto alone = [](const torch::Tensor& x) { return x.reshape({-1, 1}); };
  const auto rates =
      kl_divergence({alone(q.mean), alone(q.log_variance)}, {alone(p.mean), alone(p.log_variance)});
  return (rates.view_as(q.mean).mean(0) > kThreshold).sum().item<std::int64_t>();
}

}  // namespace

OptionList LadderVaeOptions::list() {
  return {
      {"latents", "dimensions of the layers, nearest to the picture first",
       ListOption{&latents, 1, 4096}},
      {"hidden", "units between them, one number for each layer", ListOption{&hidden, 1, 65536}},
      {"depth", "layers of these units", IntegerOption{&depth, 1, 100}},
      {"inference", "ladder: merged on the way down",
       ChoiceOption{&inference, {"ladder", "bottom-up"}}},
      {"activation", "of these layers", ChoiceOption{&activation, {"relu", "tanh"}}},
      {"normalization", "before the activations", ChoiceOption{&normalization, {"batch", "none"}}},
      {"samples", "k of the bound that is trained", IntegerOption{&samples, 1, 10000}},
      {"warm-up", "steps over which the rate's weight rises to 1, where k = 1",
       IntegerOption{&warm_up, 0, 1000000000}}};
}

DiagonalGaussian merged(const DiagonalGaussian& a, const DiagonalGaussian& b) {
  const auto precision_a = (-a.log_variance).exp(), precision_b = (-b.log_variance).exp();
  const auto precision = precision_a + precision_b;
  return {.mean = (a.mean * precision_a + b.mean * precision_b) / precision,
          .log_variance = -precision.log()};
}

LadderVae::LadderVae(const LadderVaeOptions& options, const PictureShape& shape)
    : options_(options), shape_(shape) {
  if (options.hidden.size() != options.latents.size())
    throw Error(ErrorKind::kUsage, "ladder: --hidden has ", options.hidden.size(),
                " numbers, expected ", options.latents.size(), ", as --latents has");
  const auto add = [this](const char* name, std::size_t layer, torch::nn::Sequential module) {
    return register_module(name + std::to_string(layer + 1), std::move(module));
  };
  const bool ladder = options.inference == "ladder";
  for (std::size_t l = 0; l < layers(); ++l) {
    const auto units = options.hidden[l], latents = options.latents[l];
    // The ladder's way up is deterministic; the other draws each layer from the one below.
    const auto below = l == 0   ? shape.values()
                       : ladder ? options.hidden[l - 1]
                                : options.latents[l - 1];
    up_.push_back(add("up", l, block(below, units)));
    up_heads_.push_back(add("up_head", l, perceptron({units, 2 * latents}, "none")));
    const auto target = l == 0 ? shape.values() : 2 * options.latents[l - 1];
    down_.push_back(add("down", l, block(latents, units)));
    down_heads_.push_back(add("down_head", l, perceptron({units, target}, "none")));
  }
}

torch::nn::Sequential LadderVae::block(std::int64_t inputs, std::int64_t units) const {
  torch::nn::Sequential layers;
  layers->push_back(torch::nn::Flatten());
  for (std::int64_t i = 0; i < options_.depth; ++i) {
    torch::nn::Linear layer(i == 0 ? inputs : units, units);
    torch::nn::init::xavier_uniform_(layer->weight);
    torch::nn::init::zeros_(layer->bias);
    layers->push_back(layer);
    if (options_.normalization == "batch") layers->push_back(torch::nn::BatchNorm1d(units));
    if (options_.activation == "relu")
      layers->push_back(torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(0.1)));
    if (options_.activation == "tanh") layers->push_back(torch::nn::Tanh());
  }
  return layers;
}

DiagonalGaussian LadderVae::prior_of(std::size_t layer, const std::vector<torch::Tensor>& z) {
  if (layer + 1 == layers()) return standard_normal_like(z[layer]);
  return gaussian(down_heads_[layer + 1]->forward(down_[layer + 1]->forward(z[layer + 1])));
}

Bernoulli LadderVae::likelihood(const torch::Tensor& z1) {
  return {.logits = down_heads_[0]
                        ->forward(down_[0]->forward(z1))
                        .view({-1, shape_.channels, shape_.height, shape_.width})};
}

std::vector<DiagonalGaussian> LadderVae::evidence(const torch::Tensor& x) {
  std::vector<DiagonalGaussian> found;
  auto h = x;
  for (std::size_t l = 0; l < layers(); ++l) {
    h = up_[l]->forward(h);
    found.push_back(gaussian(up_heads_[l]->forward(h)));
  }
  return found;
}

// Section 2.1: q(z_L|x) is what the way up says; below, q is that merged with p(z_l|z_(l+1)).
void LadderVae::draw_down(const torch::Tensor& x, Draw& draw, Rng& rng) {
  const auto found = evidence(x);
  for (std::size_t l = layers(); l-- > 0;) {
    const bool top = l + 1 == layers();
    draw.p[l] = top ? standard_normal_like(found[l].mean) : prior_of(l, draw.z);
    draw.q[l] = top ? found[l] : merged(found[l], draw.p[l]);
    draw.z[l] = draw.q[l].sample(rng);
    draw.rates[l] = kl_divergence(draw.q[l], draw.p[l]);
  }
}

void LadderVae::draw_up(const torch::Tensor& x, Draw& draw, Rng& rng) {
  auto below = x;
  for (std::size_t l = 0; l < layers(); ++l) {
    draw.q[l] = gaussian(up_heads_[l]->forward(up_[l]->forward(below)));
    draw.z[l] = below = draw.q[l].sample(rng);
  }
  for (std::size_t l = 0; l < layers(); ++l) {
    draw.p[l] = prior_of(l, draw.z);
    draw.rates[l] = draw.log_ratio(l);
  }
}

LadderVae::Draw LadderVae::draw(const torch::Tensor& x, Rng& rng) {
  Draw draw;
  draw.z.resize(layers());
  draw.q.resize(layers());
  draw.p.resize(layers());
  draw.rates.resize(layers());
  options_.inference == "ladder" ? draw_down(x, draw, rng) : draw_up(x, draw, rng);
  draw.log_likelihood = likelihood(draw.z[0]).log_prob(x);
  return draw;
}

torch::Tensor LadderVae::Draw::log_ratio(std::size_t layer) const {
  return q[layer].log_prob(z[layer]) - p[layer].log_prob(z[layer]);
}

torch::Tensor LadderVae::Draw::log_weight() const {
  auto log_weight = log_likelihood;
  for (std::size_t l = 0; l < z.size(); ++l) log_weight = log_weight - log_ratio(l);
  return log_weight;
}

torch::Tensor LadderVae::log_joint(const torch::Tensor& x, const std::vector<torch::Tensor>& z) {
  auto log_joint = likelihood(z[0]).log_prob(x);
  for (std::size_t l = 0; l < layers(); ++l) log_joint = log_joint + prior_of(l, z).log_prob(z[l]);
  return log_joint;
}

torch::Tensor LadderVae::log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng) {
  return draw(x.repeat({samples, 1, 1, 1}), rng).log_weight().view({samples, x.size(0)});
}

void LadderVae::begin_step(const Progress& progress) {
  const auto done = static_cast<double>(progress.step + 1);
  warmth_ = options_.warm_up > 0 ? std::min(1.0, done / static_cast<double>(options_.warm_up)) : 1;
}

Loss LadderVae::loss(const Batch& batch, Rng& rng) {
  if (options_.samples > 1) {
    const auto bound = importance_bound(log_weights(batch.images, options_.samples, rng)).mean();
    return {.total = -bound, .terms = {{"negative_bound_nats", -bound}}};
  }
  const auto of = draw(batch.images, rng);
  const auto distortion = -of.log_likelihood.mean();
  Loss loss{.total = distortion, .terms = {{"distortion_nats", distortion}}};
  auto rate = torch::zeros_like(distortion);
  for (std::size_t l = 0; l < layers(); ++l) {
    loss.terms.emplace_back("rate" + std::to_string(l + 1) + "_nats", of.rates[l].mean());
    rate = rate + of.rates[l].mean();
  }
  loss.total = distortion + warmth_ * rate;
  loss.terms.emplace_back("negative_elbo_nats", distortion + rate);
  return loss;
}

torch::Tensor LadderVae::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  std::vector<torch::Tensor> z(layers());
  for (std::size_t l = layers(); l-- > 0;)
    z[l] = l + 1 == layers() ? torch::randn({n, options_.latents[l]}, rng)
                             : prior_of(l, z).sample(rng);
  const auto pixels = likelihood(z[0]);
  return options.means ? pixels.mean() : pixels.sample(rng);
}

torch::Tensor LadderVae::reconstruct(const Batch& batch, Rng& rng) {
  return likelihood(draw(batch.images, rng).z[0]).mean();
}

Estimate LadderVae::log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  return importance_estimate(batch.images, options.samples, [&](const torch::Tensor& x) {
    return log_weights(x, options.samples, rng);
  });
}

std::vector<Figure> LadderVae::figures(const Batch& batch, const EvaluationOptions& options,
                                       Rng& rng) {
  torch::NoGradGuard no_grad;
  auto figures = GenerativeModel::figures(batch, options, rng);
  const auto of = draw(batch.images, rng);
  auto bound = of.log_likelihood;
  for (std::size_t l = 0; l < layers(); ++l) {
    const auto name = std::to_string(l + 1);
    bound = bound - of.rates[l];
    figures.push_back(mean_figure("rate" + name, of.rates[l], "nats",
                                  options_.inference == "ladder" ? "KL, closed form" : "1 sample"));
    figures.push_back({.name = "active_units" + name,
                       .value = static_cast<double>(active_latents(of.q[l], of.p[l])),
                       .unit = "of " + std::to_string(options_.latents[l]),
                       .estimator = "KL of the latent over 0.01 nats"});
  }
  figures.push_back(mean_figure("negative_elbo", -bound, "nats", "1 sample"));
  return figures;
}

std::unique_ptr<ModelFactory> make_ladder_vae_factory() {
  return std::make_unique<SimpleFactory<LadderVae, LadderVaeOptions>>();
}

std::unique_ptr<ModelFactory> make_two_layer_iwae_factory() {
  return std::make_unique<SimpleFactory<LadderVae, LadderVaeOptions>>(
      LadderVaeOptions{.latents = {100, 50},
                       .hidden = {200, 100},
                       .inference = "bottom-up",
                       .activation = "tanh",
                       .normalization = "none",
                       .samples = 5,
                       .warm_up = 0});
}

}  // namespace vqcodec::models
