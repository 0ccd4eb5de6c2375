#include "models/generative/deep_belief_network.h"

#include "models/distributions.h"
#include "models/generative/partition_figures.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

OptionList DeepBeliefNetworkOptions::list() {
  return {{"hidden", "units of the layers, from the pictures up", ListOption{&hidden, 1, 65536}},
          {"sweeps", "of Gibbs sampling each step", IntegerOption{&sweeps, 1, 100000}},
          {"chains", "persistent ones, and of annealed importance sampling",
           IntegerOption{&chains, 2, 100000}},
          {"temperatures", "of annealed importance sampling",
           IntegerOption{&temperatures, 1, 10000000}}};
}

DeepBeliefNetwork::DeepBeliefNetwork(const DeepBeliefNetworkOptions& options,
                                     const PictureShape& shape)
    : options_(options), shape_(shape) {
  stages_.count = static_cast<std::int64_t>(options.hidden.size());
  auto below = shape.values();
  for (std::size_t l = 0; l < options.hidden.size(); ++l) {
    const auto number = std::to_string(l);
    const auto above = options.hidden[l];
    weights_.push_back(register_parameter("weights" + number, 0.01 * torch::randn({below, above})));
    visible_biases_.push_back(register_parameter("visible_bias" + number, torch::zeros({below})));
    hidden_biases_.push_back(register_parameter("hidden_bias" + number, torch::zeros({above})));
    chains_.push_back(
        register_buffer("chain" + number, torch::rand({options.chains, below}).round()));
    below = above;
  }
  rates_ = register_module("rates", BaseRates(weights_.back().size(0)));
}

RestrictedBoltzmann DeepBeliefNetwork::machine(std::int64_t level) const {
  const auto l = static_cast<std::size_t>(level);
  return {weights_[l], visible_biases_[l], hidden_biases_[l]};
}

void DeepBeliefNetwork::begin_step(const Progress& progress) {
  stages_.advance(progress);
  begins_afresh_ = stages_.begins && !begin_as_the_machine_below(stages_.current);
}

bool DeepBeliefNetwork::begin_as_the_machine_below(std::int64_t level) {
  if (level == 0) return false;
  torch::NoGradGuard no_grad;
  const auto below = machine(level - 1);
  auto own = machine(level);
  if (own.weights.sizes() != below.weights.t().sizes()) return false;
  own.weights.copy_(below.weights.t());
  own.visible_bias.copy_(below.hidden_bias);
  own.hidden_bias.copy_(below.visible_bias);
  return true;
}

std::vector<ParameterGroup> DeepBeliefNetwork::parameter_groups() {
  return {{parameters(), stages_.rate_factor}};
}

Loss DeepBeliefNetwork::loss(const Batch& batch, Rng& rng) {
  const auto level = stages_.current;
  auto model = machine(level);
  const auto v = draw_up(batch.images.flatten(1), level, rng);
  if (is_training() && level == top()) rates_->follow(v);
  if (begins_afresh_) {
    torch::NoGradGuard no_grad;
    model.visible_bias.copy_(torch::logit(v.mean(0), /*eps=*/0.01));
  }
  auto& stored = chains_[static_cast<std::size_t>(level)];
  const auto chain = model.gibbs(stored, options_.sweeps, rng);
  if (is_training()) stored.copy_(chain);
  const auto gap = model.free_energy(v).mean() - model.free_energy(chain).mean();
  return {.total = gap,
          .terms = {{"free_energy_gap_nats", gap},
                    {"stage", torch::tensor(static_cast<double>(level))}}};
}

torch::Tensor DeepBeliefNetwork::draw_up(torch::Tensor x, std::int64_t levels, Rng& rng) const {
  torch::NoGradGuard no_grad;
  for (std::int64_t l = 0; l < levels; ++l) x = Bernoulli{machine(l).hidden_logits(x)}.sample(rng);
  return x;
}

torch::Tensor DeepBeliefNetwork::draw_down(torch::Tensor h, std::int64_t level, bool means,
                                           Rng& rng) const {
  torch::NoGradGuard no_grad;
  for (std::int64_t l = level - 1; l >= 0; --l) {
    const Bernoulli units{machine(l).visible_logits(h)};
    h = l == 0 && means ? units.mean() : units.sample(rng);
  }
  return h.view({h.size(0), shape_.channels, shape_.height, shape_.width});
}

torch::Tensor DeepBeliefNetwork::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  auto h = machine(top()).draw(n, rng);
  if (top() == 0) {  // the top machine's visible layer is the picture
    h = Bernoulli{machine(0).hidden_logits(h)}.sample(rng);
    return draw_down(h, 1, options.means, rng);
  }
  return draw_down(h, top(), options.means, rng);
}

torch::Tensor DeepBeliefNetwork::reconstruct(const Batch& batch, Rng& rng) {
  const auto levels = top() + 1;
  return draw_down(draw_up(batch.images.flatten(1), levels, rng), levels, /*means=*/true, rng);
}

torch::Tensor DeepBeliefNetwork::log_weights(const torch::Tensor& x, std::int64_t samples,
                                             Rng& rng) const {
  auto h = x.flatten(1).repeat({samples, 1});
  auto log_weight = torch::zeros({h.size(0)}, h.options());
  for (std::int64_t l = 0; l < top(); ++l) {
    const Bernoulli q{machine(l).hidden_logits(h)};
    const auto above = q.sample(rng);
    log_weight += Bernoulli{machine(l).visible_logits(above)}.log_prob(h) - q.log_prob(above);
    h = above;
  }
  return (log_weight - machine(top()).free_energy(h)).view({samples, x.size(0)});
}

AnnealingPath DeepBeliefNetwork::annealing_path() const {
  const auto model = machine(top());
  return model.path_from(rates_->logits(), torch::zeros_like(model.hidden_bias));
}

Partition DeepBeliefNetwork::partition(Rng& rng) const {
  return partition_of(machine(top()), annealing_path(), {options_.temperatures, options_.chains},
                      rng);
}

Estimate DeepBeliefNetwork::estimate(const torch::Tensor& images, std::int64_t samples,
                                     const Partition& partition, Rng& rng) const {
  return estimate_under(partition, images, samples,
                        [&](const torch::Tensor& x) { return log_weights(x, samples, rng); });
}

Estimate DeepBeliefNetwork::log_prob(const Batch& batch, const EvaluationOptions& options,
                                     Rng& rng) {
  return estimate(batch.images, options.samples, partition(rng), rng);
}

std::vector<Figure> DeepBeliefNetwork::figures(const Batch& batch, const EvaluationOptions& options,
                                               Rng& rng) {
  const auto found = partition(rng);
  auto figures = figures_with_bound(
      [&](std::int64_t samples) { return estimate(batch.images, samples, found, rng); },
      options.samples, shape_.values());
  if (found.exact) return figures;
  const auto more = partition_figures(found, annealing_path(), options_.temperatures,
                                      machine(top()).draw(options_.chains, rng), rng);
  figures.insert(figures.end(), more.begin(), more.end());
  return figures;
}

std::unique_ptr<ModelFactory> make_deep_belief_network_factory() {
  return std::make_unique<SimpleFactory<DeepBeliefNetwork, DeepBeliefNetworkOptions>>();
}

}  // namespace vqcodec::models
