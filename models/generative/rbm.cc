#include "models/generative/rbm.h"

#include "entropy/error.h"
#include "models/distributions.h"
#include "models/generative/partition_figures.h"
#include "models/generative/simple_factory.h"
#include "models/parallel_tempering.h"

namespace vqcodec::models {

OptionList RbmOptions::list() {
  return {{"hidden", "hidden units", IntegerOption{&hidden, 1, 65536}},
          {"sweeps", "of Gibbs sampling each step (the k of CD-k and PCD-k)",
           IntegerOption{&sweeps, 1, 100000}},
          {"learner",
           "pcd: persistent chains; cd: chains that start from the data; tempering: persistent "
           "chains at several temperatures; exact: log Z by enumeration",
           ChoiceOption{&learner, {"pcd", "cd", "tempering", "exact"}}},
          {"rungs", "temperatures of tempering", IntegerOption{&rungs, 2, 1000}},
          {"temperatures", "of annealed importance sampling",
           IntegerOption{&temperatures, 1, 10000000}},
          {"chains", "persistent ones, and of annealed importance sampling",
           IntegerOption{&chains, 2, 100000}}};
}

Rbm::Rbm(const RbmOptions& options, const PictureShape& shape) : options_(options), shape_(shape) {
  const auto visible = shape.values();
  const auto rungs = options.learner == "tempering" ? options.rungs : 1;
  weights_ = register_parameter("weights", 0.01 * torch::randn({visible, options.hidden}));
  visible_bias_ = register_parameter("visible_bias", torch::zeros({visible}));
  hidden_bias_ = register_parameter("hidden_bias", torch::zeros({options.hidden}));
  chain_ = register_buffer("chain", torch::rand({rungs, options.chains, visible}).round());
  rates_ = register_module("rates", BaseRates(visible));
  if (options.learner == "exact" && !distribution().is_small())
    throw Error(ErrorKind::kUsage, "--learner exact: ", visible, " x ", options.hidden,
                " units, expected at most 20 on one side; choose pcd");
}

RestrictedBoltzmann Rbm::distribution() const { return {weights_, visible_bias_, hidden_bias_}; }

AnnealingPath Rbm::annealing_path() const {
  return distribution().path_from(rates_->logits(), torch::zeros_like(hidden_bias_));
}

Loss Rbm::loss(const Batch& batch, Rng& rng) {
  const auto v = batch.images.flatten(1);
  if (is_training()) rates_->follow(v);
  if (begins_) {
    torch::NoGradGuard no_grad;
    visible_bias_.copy_(rates_->logits());
  }
  const auto model = distribution();
  if (options_.learner == "exact") {
    const auto nll = model.free_energy(v).mean() + model.log_partition();
    return {.total = nll, .terms = {{"nll_nats", nll}}};
  }
  const auto gap = model.free_energy(v).mean() - model.free_energy(negative_phase(v, rng)).mean();
  return {.total = gap, .terms = {{"free_energy_gap_nats", gap}}};
}

torch::Tensor Rbm::negative_phase(const torch::Tensor& v, Rng& rng) {
  if (options_.learner == "cd") return distribution().gibbs(v, options_.sweeps, rng);
  auto chain = chain_;
  if (options_.learner == "pcd") {
    chain = distribution().gibbs(chain[0], options_.sweeps, rng).unsqueeze(0);
  } else {
    torch::NoGradGuard no_grad;
    const auto path = annealing_path();
    for (std::int64_t s = 0; s < options_.sweeps; ++s) chain = tempered_sweep(path, chain, rng);
  }
  if (is_training()) chain_.copy_(chain);
  return chain[-1];
}

torch::Tensor Rbm::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto model = distribution();
  const auto h = Bernoulli{model.hidden_logits(model.draw(n, rng))}.sample(rng);
  const Bernoulli v{model.visible_logits(h)};
  return (options.means ? v.mean() : v.sample(rng))
      .view({n, shape_.channels, shape_.height, shape_.width});
}

torch::Tensor Rbm::reconstruct(const Batch& batch, Rng& rng) {
  const auto model = distribution();
  const auto h = Bernoulli{model.hidden_logits(batch.images.flatten(1))}.sample(rng);
  return torch::sigmoid(model.visible_logits(h)).view_as(batch.images);
}

Partition Rbm::partition(Rng& rng) const {
  return partition_of(distribution(), annealing_path(), {options_.temperatures, options_.chains},
                      rng);
}

Estimate Rbm::log_prob_given(const Partition& partition, const torch::Tensor& images) const {
  torch::NoGradGuard no_grad;
  const auto unnormalized = -distribution().free_energy(images.flatten(1));
  return {.per_example = unnormalized.to(torch::kFloat64) - partition.value,
          .kind = partition.exact ? EstimateKind::kExact : EstimateKind::kUnbounded,
          .samples = partition.exact ? 1 : options_.chains,
          .estimator = partition.estimator};
}

Estimate Rbm::log_prob(const Batch& batch, const EvaluationOptions& /*options*/, Rng& rng) {
  return log_prob_given(partition(rng), batch.images);
}

std::vector<Figure> Rbm::figures(const Batch& batch, const EvaluationOptions& /*options*/,
                                 Rng& rng) {
  const auto found = partition(rng);
  auto figures = likelihood_figures(log_prob_given(found, batch.images), shape_.values());
  if (found.exact) return figures;
  const auto draws = distribution().draw(options_.chains, rng);
  const auto more = partition_figures(found, annealing_path(), options_.temperatures, draws, rng);
  figures.insert(figures.end(), more.begin(), more.end());
  return figures;
}

std::unique_ptr<ModelFactory> make_rbm_factory() {
  return std::make_unique<SimpleFactory<Rbm, RbmOptions>>();
}

}  // namespace vqcodec::models
