#include "models/generative/rbm.h"

#include <cmath>

#include "entropy/error.h"
#include "models/distributions.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kMostEnumerated = 20;
constexpr std::int64_t kSamplingSweeps = 1000;  // from noise

// All vectors of n bits, (2^n,n).
torch::Tensor all_states(std::int64_t n, torch::ScalarType type) {
  const auto number = torch::arange(std::int64_t{1} << n).unsqueeze(1);
  return number.bitwise_right_shift(torch::arange(n)).bitwise_and(1).to(type);
}

}  // namespace

OptionList RbmOptions::list() {
  return {{"hidden", "hidden units", IntegerOption{&hidden, 1, 65536}},
          {"sweeps", "of Gibbs sampling each step (the k of CD-k and PCD-k)",
           IntegerOption{&sweeps, 1, 100000}},
          {"learner", "pcd: persistent chains; cd: chains that start from the data",
           ChoiceOption{&learner, {"pcd", "cd"}}},
          {"temperatures", "of annealed importance sampling",
           IntegerOption{&temperatures, 1, 10000000}},
          {"chains", "persistent ones, and of annealed importance sampling",
           IntegerOption{&chains, 2, 100000}}};
}

Rbm::Rbm(const RbmOptions& options, const PictureShape& shape) : options_(options), shape_(shape) {
  const auto visible = shape.values();
  weights_ = register_parameter("weights", 0.01 * torch::randn({visible, options.hidden}));
  visible_bias_ = register_parameter("visible_bias", torch::zeros({visible}));
  hidden_bias_ = register_parameter("hidden_bias", torch::zeros({options.hidden}));
  chain_ = register_buffer("chain", torch::rand({options.chains, visible}).round());
  data_mean_ = register_buffer("data_mean", torch::full({visible}, 0.5));
  steps_ = register_buffer("steps", torch::zeros({}));
}

torch::Tensor Rbm::energy(const torch::Tensor& v, const torch::Tensor& h) const {
  return -(torch::matmul(v, visible_bias_) + torch::matmul(h, hidden_bias_) +
           (torch::matmul(v, weights_) * h).sum(1));
}

torch::Tensor Rbm::free_energy(const torch::Tensor& v) const {
  return -torch::matmul(v, visible_bias_) - torch::softplus(hidden_logits(v)).sum(1);
}

torch::Tensor Rbm::hidden_logits(const torch::Tensor& v) const {
  return torch::matmul(v, weights_) + hidden_bias_;
}

torch::Tensor Rbm::visible_logits(const torch::Tensor& h) const {
  return torch::matmul(h, weights_.t()) + visible_bias_;
}

torch::Tensor Rbm::gibbs(torch::Tensor v, std::int64_t sweeps, Rng& rng) const {
  torch::NoGradGuard no_grad;
  for (std::int64_t s = 0; s < sweeps; ++s)
    v = Bernoulli{visible_logits(Bernoulli{hidden_logits(v)}.sample(rng))}.sample(rng);
  return v;
}

Loss Rbm::loss(const Batch& batch, Rng& rng) {
  const auto v = batch.images.flatten(1);
  if (is_training()) {
    torch::NoGradGuard no_grad;
    steps_ += 1;
    data_mean_.lerp_(v.mean(0), std::max(0.01, 1 / (1 + steps_.item<double>())));
  }
  const auto chain = gibbs(options_.learner == "cd" ? v : chain_, options_.sweeps, rng);
  if (is_training() && options_.learner == "pcd") chain_.copy_(chain);
  const auto gap = free_energy(v).mean() - free_energy(chain).mean();
  return {.total = gap, .terms = {{"free_energy_gap_nats", gap}}};
}

bool Rbm::is_small() const {
  return std::min(weights_.size(0), weights_.size(1)) <= kMostEnumerated;
}

double Rbm::exact_log_partition() const {
  torch::NoGradGuard no_grad;
  if (!is_small())
    throw Error(ErrorKind::kUsage, "log Z of ", weights_.size(0), " x ", weights_.size(1),
                " units cannot be enumerated; at most ", kMostEnumerated, " on one side");
  const auto w = weights_.to(torch::kFloat64), b = visible_bias_.to(torch::kFloat64),
             c = hidden_bias_.to(torch::kFloat64);
  const bool by_hidden = w.size(1) <= w.size(0);
  const auto& own = by_hidden ? c : b;
  const auto& other = by_hidden ? b : c;
  const auto links = by_hidden ? w.t() : w;  // (own, other)
  const auto states = all_states(own.size(0), torch::kFloat64);
  std::vector<torch::Tensor> parts;  // a slice at a time: the other side may be wide
  for (const auto& part : states.split(1 << 12))
    parts.push_back(torch::matmul(part, own) +
                    torch::softplus(torch::matmul(part, links) + other).sum(1));
  return torch::cat(parts).logsumexp(0).item<double>();
}

AnnealingPath Rbm::annealing_path() const {
  // The base: independent pixels of the data's frequencies, hidden units at zero energy.
  const auto base = torch::logit(data_mean_, /*eps=*/0.01).detach();
  const auto hidden = static_cast<double>(hidden_bias_.size(0));
  const auto visible_bias = [this, base](double beta) {
    return (1 - beta) * base + beta * visible_bias_;
  };
  return {.log_partition_of_base =
              torch::softplus(base).sum(torch::kFloat64).item<double>() + hidden * std::log(2.0),
          .draw_base =
              [base](std::int64_t chains, Rng& rng) {
                return Bernoulli{base.expand({chains, base.size(0)})}.sample(rng);
              },
          .energy =
              [this, visible_bias](const torch::Tensor& v, double beta) {
                return -torch::matmul(v, visible_bias(beta)) -
                       torch::softplus(beta * hidden_logits(v)).sum(1);
              },
          .sweep =
              [this, visible_bias](const torch::Tensor& v, double beta, Rng& rng) {
                const auto h = Bernoulli{beta * hidden_logits(v)}.sample(rng);
                return Bernoulli{beta * torch::matmul(h, weights_.t()) + visible_bias(beta)}.sample(
                    rng);
              }};
}

torch::Tensor Rbm::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  const auto noise = torch::rand({n, shape_.values()}, rng, torch::kFloat32).round();
  const auto v = gibbs(noise, kSamplingSweeps - 1, rng);
  const Bernoulli last{visible_logits(Bernoulli{hidden_logits(v)}.sample(rng))};
  return (options.means ? last.mean() : last.sample(rng))
      .view({n, shape_.channels, shape_.height, shape_.width});
}

torch::Tensor Rbm::reconstruct(const Batch& batch, Rng& rng) {
  const auto h = Bernoulli{hidden_logits(batch.images.flatten(1))}.sample(rng);
  return torch::sigmoid(visible_logits(h)).view_as(batch.images);
}

Estimate Rbm::log_prob(const Batch& batch, const EvaluationOptions& /*options*/, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto unnormalized = -free_energy(batch.images.flatten(1)).to(torch::kFloat64);
  if (is_small())
    return {.per_example = unnormalized - exact_log_partition(),
            .kind = EstimateKind::kExact,
            .estimator = "log Z by enumeration"};
  const auto partition = anneal(
      annealing_path(), {.temperatures = options_.temperatures, .chains = options_.chains}, rng);
  return {.per_example = unnormalized - partition.value,
          .kind = EstimateKind::kUnbounded,
          .samples = options_.chains,
          .estimator = "log Z by annealed importance sampling, standard error " +
                       std::to_string(partition.standard_error)};
}

std::unique_ptr<ModelFactory> make_rbm_factory() {
  return std::make_unique<SimpleFactory<Rbm, RbmOptions>>();
}

}  // namespace vqcodec::models
