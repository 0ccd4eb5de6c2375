#include "models/generative/deep_boltzmann_machine.h"

#include "models/distributions.h"
#include "models/generative/partition_figures.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kMostMeanFieldSweeps = 500;
constexpr double kMeanFieldTolerance = 1e-5;  // of a score

// Of independent binary units of these means, (N) nats.
torch::Tensor entropy(const torch::Tensor& means) {
  return -(torch::xlogy(means, means) + torch::xlogy(1 - means, 1 - means)).sum(1);
}

torch::Tensor twice(const torch::Tensor& x, std::int64_t dimension) {
  return torch::cat({x, x}, dimension);
}

}  // namespace

OptionList DeepBoltzmannMachineOptions::list() {
  return {{"hidden", "units of the layers, from the pictures up", ListOption{&hidden, 1, 65536}},
          {"sweeps", "of Gibbs sampling each step", IntegerOption{&sweeps, 1, 100000}},
          {"mean-field-sweeps", "of the positive phase each step",
           IntegerOption{&mean_field_sweeps, 1, 100000}},
          {"chains", "persistent ones, and of annealed importance sampling",
           IntegerOption{&chains, 2, 100000}},
          {"temperatures", "of annealed importance sampling",
           IntegerOption{&temperatures, 1, 10000000}}};
}

DeepBoltzmannMachine::DeepBoltzmannMachine(const DeepBoltzmannMachineOptions& options,
                                           const PictureShape& shape)
    : options_(options), shape_(shape) {
  std::vector<std::int64_t> units = {shape.values()};
  units.insert(units.end(), options.hidden.begin(), options.hidden.end());
  std::int64_t odd = 0;
  for (std::size_t l = 0; l < units.size(); ++l) {
    const auto number = std::to_string(l);
    biases_.push_back(register_parameter("bias" + number, torch::zeros({units[l]})));
    if (l % 2 == 1) odd += units[l];
    if (l + 1 == units.size()) break;
    weights_.push_back(
        register_parameter("weights" + number, 0.01 * torch::randn({units[l], units[l + 1]})));
    const auto copies = l == 0 && units.size() > 2 ? 2 : 1;
    chains_.push_back(register_buffer("chain" + number,
                                      torch::rand({options.chains, copies * units[l]}).round()));
  }
  odd_chain_ = register_buffer("odd_chain", torch::rand({options.chains, odd}).round());
  rates_ = register_module("rates", BaseRates(shape.values()));
  stages_.count = 2 * levels();
}

RestrictedBoltzmann DeepBoltzmannMachine::by_parity() const {
  std::vector<torch::Tensor> rows, odd_biases, even_biases;
  for (std::size_t i = 0; i < biases_.size(); ++i)
    (i % 2 == 1 ? odd_biases : even_biases).push_back(biases_[i]);
  for (std::size_t odd = 1; odd < biases_.size(); odd += 2) {
    std::vector<torch::Tensor> row;
    for (std::size_t even = 0; even < biases_.size(); even += 2) {
      if (even + 1 == odd)
        row.push_back(weights_[even].t());
      else if (even == odd + 1)
        row.push_back(weights_[odd]);
      else
        row.push_back(
            torch::zeros({biases_[odd].size(0), biases_[even].size(0)}, biases_[0].options()));
    }
    rows.push_back(torch::cat(row, 1));
  }
  return {torch::cat(rows), torch::cat(odd_biases), torch::cat(even_biases)};
}

RestrictedBoltzmann DeepBoltzmannMachine::pretraining_machine(std::int64_t level) const {
  const auto l = static_cast<std::size_t>(level);
  const auto& w = weights_[l];
  const auto& above = biases_[l + 1];
  // The layer below has learnt its bias already, as the hidden layer of the machine before.
  const auto below = level == 0 ? biases_[l] : biases_[l].detach();
  if (levels() == 1) return {w, below, above};
  if (level == 0) return {twice(w, 0), twice(below, 0), above};
  if (level + 1 == levels()) return {twice(w, 1), below, twice(above, 0)};
  return {2 * w, below, above};
}

MeanField DeepBoltzmannMachine::mean_field(const torch::Tensor& v, std::int64_t sweeps,
                                           double tolerance) const {
  torch::NoGradGuard no_grad;
  const auto model = by_parity();
  const auto pixels = v.size(1);
  const auto hidden =
      torch::full({v.size(0), model.hidden_bias.size(0) - pixels}, 0.5, v.options());
  MeanField q{.odd = {}, .even = torch::cat({v, hidden}, 1)};
  for (std::int64_t s = 0; s < sweeps; ++s) {
    q.odd = torch::sigmoid(model.visible_logits(q.even));
    const auto means = torch::sigmoid(model.hidden_logits(q.odd).slice(1, pixels));
    auto even = torch::cat({v, means}, 1);
    const bool still = (even - q.even).abs().max().item<double>() <= tolerance;
    q.even = even;
    if (still) break;
  }
  q.odd = torch::sigmoid(model.visible_logits(q.even));
  return q;
}

torch::Tensor DeepBoltzmannMachine::bound(const torch::Tensor& v, const MeanField& q) const {
  return -by_parity().energy(q.odd, q.even) + entropy(q.odd) + entropy(q.even.slice(1, v.size(1)));
}

AnnealingPath DeepBoltzmannMachine::annealing_path() const {
  const auto model = by_parity();
  const auto hidden = model.hidden_bias.size(0) - shape_.values();
  return model.path_from(
      torch::zeros_like(model.visible_bias),
      torch::cat({rates_->logits(), torch::zeros({hidden}, rates_->logits().options())}));
}

void DeepBoltzmannMachine::begin_step(const Progress& progress) {
  stages_.advance(progress);
  begins_ = progress.step == 0;
}

std::vector<ParameterGroup> DeepBoltzmannMachine::parameter_groups() {
  return {{parameters(), pretrains() ? stages_.rate_factor : 1}};
}

Loss DeepBoltzmannMachine::loss(const Batch& batch, Rng& rng) {
  const auto v = batch.images.flatten(1);
  if (is_training()) rates_->follow(v);
  if (begins_) {
    torch::NoGradGuard no_grad;
    biases_[0].copy_(rates_->logits());
  }
  if (pretrains()) return pretraining_loss(v, rng);
  const auto model = by_parity();
  const auto q = mean_field(v, options_.mean_field_sweeps, 0);
  const auto chain = model.gibbs(odd_chain_, options_.sweeps, rng);
  if (is_training()) odd_chain_.copy_(chain);
  const auto gap = model.energy(q.odd, q.even).mean() - model.free_energy(chain).mean();
  return {.total = gap, .terms = {{"energy_gap_nats", gap}}};
}

Loss DeepBoltzmannMachine::pretraining_loss(const torch::Tensor& v, Rng& rng) {
  auto units = v;
  const auto level = stages_.current;
  for (std::int64_t l = 0; l <= level; ++l) {
    const bool copied = l == 0 && levels() > 1;
    if (copied) units = twice(units, 1);
    if (l == level) break;
    torch::NoGradGuard no_grad;
    units = Bernoulli{pretraining_machine(l).hidden_logits(units)}.sample(rng);
  }
  const auto model = pretraining_machine(level);
  auto& stored = chains_[static_cast<std::size_t>(level)];
  const auto chain = model.gibbs(stored, options_.sweeps, rng);
  if (is_training()) stored.copy_(chain);
  const auto gap = model.free_energy(units).mean() - model.free_energy(chain).mean();
  return {.total = gap,
          .terms = {{"free_energy_gap_nats", gap},
                    {"stage", torch::tensor(static_cast<double>(level))}}};
}

torch::Tensor DeepBoltzmannMachine::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto model = by_parity();
  const Bernoulli even{model.hidden_logits(model.draw(n, rng))};
  return (options.means ? even.mean() : even.sample(rng))
      .slice(1, 0, shape_.values())
      .reshape({n, shape_.channels, shape_.height, shape_.width});
}

torch::Tensor DeepBoltzmannMachine::reconstruct(const Batch& batch, Rng& rng) {
  const auto q = mean_field(batch.images.flatten(1), kMostMeanFieldSweeps, kMeanFieldTolerance);
  const auto odd = torch::bernoulli(q.odd, rng);
  return torch::sigmoid(by_parity().hidden_logits(odd).slice(1, 0, shape_.values()))
      .view_as(batch.images);
}

Partition DeepBoltzmannMachine::partition(Rng& rng) const {
  return partition_of(by_parity(), annealing_path(), {options_.temperatures, options_.chains}, rng);
}

Estimate DeepBoltzmannMachine::estimate(const torch::Tensor& images,
                                        const Partition& partition) const {
  torch::NoGradGuard no_grad;
  const auto v = images.flatten(1);
  const auto q = mean_field(v, kMostMeanFieldSweeps, kMeanFieldTolerance);
  return {.per_example = bound(v, q).to(torch::kFloat64) - partition.value,
          .kind = partition.exact ? EstimateKind::kLowerBound : EstimateKind::kUnbounded,
          .samples = partition.exact ? 1 : options_.chains,
          .estimator = "mean-field bound, " + partition.estimator};
}

Estimate DeepBoltzmannMachine::log_prob(const Batch& batch, const EvaluationOptions& /*options*/,
                                        Rng& rng) {
  return estimate(batch.images, partition(rng));
}

std::vector<Figure> DeepBoltzmannMachine::figures(const Batch& batch,
                                                  const EvaluationOptions& /*options*/, Rng& rng) {
  const auto found = partition(rng);
  auto figures = likelihood_figures(estimate(batch.images, found), shape_.values());
  if (found.exact) return figures;
  const auto more = partition_figures(found, annealing_path(), options_.temperatures,
                                      by_parity().draw(options_.chains, rng), rng);
  figures.insert(figures.end(), more.begin(), more.end());
  return figures;
}

std::unique_ptr<ModelFactory> make_deep_boltzmann_machine_factory() {
  return std::make_unique<SimpleFactory<DeepBoltzmannMachine, DeepBoltzmannMachineOptions>>();
}

}  // namespace vqcodec::models
