#include "models/generative/discrete_vae.h"

#include <algorithm>

#include "entropy/error.h"
#include "models/generative/partition_figures.h"
#include "models/generative/simple_factory.h"
#include "models/gradient_estimators.h"
#include "models/layers.h"
#include "models/spike_and_exponential.h"

namespace vqcodec::models {

namespace {

constexpr double kLargestLogit = 12;  // of q: 1 / (1 - q) stays below 2e5

torch::nn::Sequential network(std::int64_t inputs, const std::vector<std::int64_t>& hidden,
                              std::int64_t outputs) {
  std::vector<std::int64_t> sizes = {inputs};
  sizes.insert(sizes.end(), hidden.begin(), hidden.end());
  sizes.push_back(outputs);
  return perceptron(sizes, "relu");
}

DiagonalGaussian gaussian(const torch::Tensor& moments) {
  const auto parts = moments.chunk(2, 1);
  return {.mean = parts[0], .log_variance = parts[1]};
}

}  // namespace

OptionList DiscreteVaeOptions::list() {
  return {
      {"units", "binary latents, half on each side of the prior", IntegerOption{&units, 2, 65536}},
      {"groups", "of units, each inferred given those before", IntegerOption{&groups, 1, 64}},
      {"smoothing", "beta of the spike and exponential", RealOption{&smoothing, 0.1, 100}},
      {"layers", "of Gaussian latents", IntegerOption{&layers, 0, 64}},
      {"latents", "of each Gaussian layer", IntegerOption{&latents, 1, 65536}},
      {"hidden", "units of every network's layers", ListOption{&hidden, 1, 65536}},
      {"prior", "of the units: rbm, or factorial (no couplings)",
       ChoiceOption{&prior, {"rbm", "factorial"}}},
      {"sweeps", "of Gibbs sampling of the prior each step", IntegerOption{&sweeps, 1, 100000}},
      {"chains", "persistent ones, and of annealed importance sampling",
       IntegerOption{&chains, 2, 100000}},
      {"warm-up", "steps over which the rate's weight rises to 1",
       IntegerOption{&warm_up, 0, 1000000000}},
      {"temperatures", "of annealed importance sampling",
       IntegerOption{&temperatures, 1, 10000000}}};
}

DiscreteVae::DiscreteVae(const DiscreteVaeOptions& options, const PictureShape& shape)
    : options_(options), shape_(shape) {
  const auto units = options.units, pixels = shape.values();
  if (units % 2 != 0 || units % options.groups != 0)
    throw Error(ErrorKind::kUsage, "--units ", units, " --groups ", options.groups,
                ": expected an even number of units that the groups divide");
  const auto add = [&](std::vector<torch::nn::Sequential>& networks, const std::string& name,
                       std::int64_t inputs, std::int64_t outputs) {
    const auto number = std::to_string(networks.size());
    networks.push_back(register_module(name + number, network(inputs, options.hidden, outputs)));
  };
  const auto group = units / options.groups;
  for (std::int64_t g = 0; g < options.groups; ++g)
    add(groups_, "group", pixels + g * group, group);
  auto above = units;
  for (std::int64_t m = 0; m < options.layers; ++m, above += options.latents) {
    add(posteriors_, "posterior", pixels + above, 2 * options.latents);
    add(priors_, "prior", above, 2 * options.latents);
  }
  decoder_ = register_module("decoder", network(above, options.hidden, pixels));
  const auto couplings = 0.01 * torch::randn({units / 2, units / 2});
  couplings_ = options.prior == "rbm" ? register_parameter("couplings", couplings)
                                      : register_buffer("couplings", torch::zeros_like(couplings));
  bias_ = register_parameter("bias", torch::zeros({units}));
  chain_ = register_buffer("chain", torch::rand({options.chains, units / 2}).round());
  rates_ = register_module("rates", BaseRates(units));
}

RestrictedBoltzmann DiscreteVae::prior() const {
  const auto sides = bias_.chunk(2);
  return {couplings_, sides[0], sides[1]};
}

AnnealingPath DiscreteVae::annealing_path() const {
  const auto sides = rates_->logits().chunk(2);
  return prior().path_from(sides[0], sides[1]);
}

DiscreteVae::Binary DiscreteVae::infer(const torch::Tensor& x, Rng& rng) {
  return infer_at(x, torch::rand({x.size(0), options_.units}, rng, chain_.options()));
}

DiscreteVae::Binary DiscreteVae::infer_at(const torch::Tensor& x, const torch::Tensor& rho) {
  std::vector<torch::Tensor> seen = {x.flatten(1)}, logits, z;
  const auto of_group = rho.chunk(options_.groups, 1);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const auto drawn_from = groups_[g]->forward(torch::cat(seen, 1));
    const SpikeAndExponential q{drawn_from.clamp(-kLargestLogit, kLargestLogit),
                                options_.smoothing};
    seen.push_back(q.inverse_cdf(of_group[g]));
    logits.push_back(q.logits);
    z.push_back(q.binary(of_group[g]).detach());
  }
  seen.erase(seen.begin());
  return {.logits = torch::cat(logits, 1), .z = torch::cat(z, 1), .zeta = torch::cat(seen, 1)};
}

torch::Tensor DiscreteVae::binary_kl(const Binary& binary) const {
  const auto p = prior();
  const auto sides = binary.z.chunk(2, 1);
  const auto couplings =
      torch::cat({torch::matmul(sides[1], couplings_.t()), torch::matmul(sides[0], couplings_)}, 1);
  const auto energy = p.energy(sides[0], sides[1]);
  return boltzmann_kl_surrogate(binary.logits, binary.z, bias_, couplings) + energy -
         energy.detach();
}

torch::Tensor DiscreteVae::log_partition_gap(Rng& rng) {
  const auto p = prior();
  if (options_.prior == "factorial") {
    const auto log_partition = torch::softplus(bias_).sum();
    return log_partition - log_partition.detach();
  }
  const auto chain = p.gibbs(chain_, options_.sweeps, rng);
  if (is_training()) chain_.copy_(chain);
  const auto minus_free_energy = -p.free_energy(chain).mean();  // dlog Z = <-dE>
  return minus_free_energy - minus_free_energy.detach();
}

DiscreteVae::Continuous DiscreteVae::draw_continuous(const torch::Tensor& x, torch::Tensor zeta,
                                                     Rng& rng) {
  Continuous drawn{.above = zeta,
                   .kl = torch::zeros({zeta.size(0)}, zeta.options()),
                   .log_ratio = torch::zeros({zeta.size(0)}, zeta.options())};
  for (std::size_t m = 0; m < priors_.size(); ++m) {
    const auto p = gaussian(priors_[m]->forward(drawn.above));
    torch::Tensor layer;
    if (x.defined()) {
      const auto q = gaussian(posteriors_[m]->forward(torch::cat({x.flatten(1), drawn.above}, 1)));
      layer = q.sample(rng);
      drawn.kl = drawn.kl + kl_divergence(q, p);
      drawn.log_ratio = drawn.log_ratio + p.log_prob(layer) - q.log_prob(layer);
    } else {
      layer = p.sample(rng);
    }
    drawn.above = torch::cat({drawn.above, layer}, 1);
  }
  return drawn;
}

Bernoulli DiscreteVae::likelihood(const torch::Tensor& above) {
  return {decoder_->forward(above).view({-1, shape_.channels, shape_.height, shape_.width})};
}

void DiscreteVae::begin_step(const Progress& progress) {
  const auto steps = static_cast<double>(std::max<std::int64_t>(1, options_.warm_up));
  warmth_ = std::min(1.0, static_cast<double>(progress.step + 1) / steps);
}

Loss DiscreteVae::loss(const Batch& batch, Rng& rng) {
  const auto& x = batch.images;
  const auto binary = infer(x, rng);
  if (is_training()) rates_->follow(binary.z);
  const auto continuous = draw_continuous(x, binary.zeta, rng);
  const auto distortion = -likelihood(continuous.above).log_prob(x).mean();
  const auto gaussian_rate = continuous.kl.mean();
  const auto gradients = binary_kl(binary).mean() + log_partition_gap(rng);  // of value zero
  const auto entropy = -Bernoulli{binary.logits}.log_prob(torch::sigmoid(binary.logits)).mean();
  return {.total = distortion + warmth_ * (gaussian_rate + gradients),
          .terms = {{"distortion_nats", distortion},
                    {"gaussian_rate_nats", gaussian_rate},
                    {"binary_entropy_nats", entropy}}};
}

torch::Tensor DiscreteVae::log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng) {
  const auto many = x.repeat({samples, 1, 1, 1});
  const auto binary = infer(many, rng);
  const auto sides = binary.z.chunk(2, 1);
  const auto log_ratio =
      -prior().energy(sides[0], sides[1]) - Bernoulli{binary.logits}.log_prob(binary.z);
  const auto continuous = draw_continuous(many, binary.zeta, rng);
  return (likelihood(continuous.above).log_prob(many) + log_ratio + continuous.log_ratio)
      .view({samples, x.size(0)});
}

torch::Tensor DiscreteVae::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  const auto left = prior().draw(n, rng);
  const auto right = Bernoulli{prior().hidden_logits(left)}.sample(rng);
  return pictures_of(torch::cat({left, right}, 1), options, rng);
}

torch::Tensor DiscreteVae::pictures_of(const torch::Tensor& units, const SampleOptions& options,
                                       Rng& rng) {
  const auto zeta = smoothed(units, options_.smoothing, rng);
  const auto pixels = likelihood(draw_continuous({}, zeta, rng).above);
  return options.means ? pixels.mean() : pixels.sample(rng);
}

torch::Tensor DiscreteVae::reconstruct(const Batch& batch, Rng& rng) {
  const auto zeta = infer(batch.images, rng).zeta;
  return likelihood(draw_continuous(batch.images, zeta, rng).above).mean();
}

Partition DiscreteVae::partition(Rng& rng) const {
  torch::NoGradGuard no_grad;
  if (options_.prior == "factorial")
    return {.value = torch::softplus(bias_).sum(torch::kFloat64).item<double>(),
            .estimator = "log Z in closed form"};
  return partition_of(prior(), annealing_path(), {options_.temperatures, options_.chains}, rng);
}

Estimate DiscreteVae::estimate(const torch::Tensor& images, std::int64_t samples,
                               const Partition& partition, Rng& rng) {
  return estimate_under(partition, images, samples,
                        [&](const torch::Tensor& x) { return log_weights(x, samples, rng); });
}

Estimate DiscreteVae::log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) {
  return estimate(batch.images, options.samples, partition(rng), rng);
}

std::vector<Figure> DiscreteVae::figures(const Batch& batch, const EvaluationOptions& options,
                                         Rng& rng) {
  const auto found = partition(rng);
  auto figures = figures_with_bound(
      [&](std::int64_t samples) { return estimate(batch.images, samples, found, rng); },
      options.samples, shape_.values());
  if (found.exact) return figures;
  const auto more = partition_figures(found, annealing_path(), options_.temperatures,
                                      prior().draw(options_.chains, rng), rng);
  figures.insert(figures.end(), more.begin(), more.end());
  return figures;
}

std::unique_ptr<ModelFactory> make_discrete_vae_factory() {
  return std::make_unique<SimpleFactory<DiscreteVae, DiscreteVaeOptions>>();
}

}  // namespace vqcodec::models
