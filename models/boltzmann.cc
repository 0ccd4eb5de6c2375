#include "models/boltzmann.h"

#include <cmath>

#include "entropy/error.h"
#include "models/distributions.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kMostInALayer = 20, kMostFree = 16;  // that are enumerated
constexpr std::int64_t kSweepsFromNoise = 1000;

torch::Tensor bilinear_form(const torch::Tensor& a, const torch::Tensor& w,
                            const torch::Tensor& b) {
  return (torch::matmul(a, w) * b).sum(1);
}

}  // namespace

torch::Tensor all_states(std::int64_t n, const torch::TensorOptions& options) {
  const auto number = torch::arange(std::int64_t{1} << n).unsqueeze(1);
  return number.bitwise_right_shift(torch::arange(n)).bitwise_and(1).to(options);
}

torch::Tensor RestrictedBoltzmann::energy(const torch::Tensor& v, const torch::Tensor& h) const {
  return -(torch::matmul(v, visible_bias) + torch::matmul(h, hidden_bias) +
           bilinear_form(v, weights, h));
}

torch::Tensor RestrictedBoltzmann::free_energy(const torch::Tensor& v) const {
  return -torch::matmul(v, visible_bias) - torch::softplus(hidden_logits(v)).sum(1);
}

torch::Tensor RestrictedBoltzmann::hidden_logits(const torch::Tensor& v) const {
  return torch::matmul(v, weights) + hidden_bias;
}

torch::Tensor RestrictedBoltzmann::visible_logits(const torch::Tensor& h) const {
  return torch::matmul(h, weights.t()) + visible_bias;
}

torch::Tensor RestrictedBoltzmann::gibbs(torch::Tensor v, std::int64_t sweeps, Rng& rng) const {
  torch::NoGradGuard no_grad;
  for (std::int64_t s = 0; s < sweeps; ++s)
    v = Bernoulli{visible_logits(Bernoulli{hidden_logits(v)}.sample(rng))}.sample(rng);
  return v;
}

torch::Tensor RestrictedBoltzmann::draw(std::int64_t n, Rng& rng) const {
  const auto options = weights.options().requires_grad(false);
  return gibbs(torch::rand({n, weights.size(0)}, rng, options).round(), kSweepsFromNoise, rng);
}

bool RestrictedBoltzmann::is_small() const {
  return std::min(weights.size(0), weights.size(1)) <= kMostInALayer;
}

torch::Tensor RestrictedBoltzmann::log_partition() const {
  if (!is_small())
    throw Error(ErrorKind::kUsage, "log Z of ", weights.size(0), " x ", weights.size(1),
                " units cannot be enumerated; at most ", kMostInALayer, " on one side");
  const auto w = weights.to(torch::kFloat64), b = visible_bias.to(torch::kFloat64),
             c = hidden_bias.to(torch::kFloat64);
  const bool by_hidden = w.size(1) <= w.size(0);
  const auto& own = by_hidden ? c : b;
  const auto& other = by_hidden ? b : c;
  const auto links = by_hidden ? w.t() : w;  // (own, other)
  std::vector<torch::Tensor> parts;          // a slice at a time: the other side may be wide
  for (const auto& part : all_states(own.size(0), own.options()).split(1 << 12))
    parts.push_back(torch::matmul(part, own) +
                    torch::softplus(torch::matmul(part, links) + other).sum(1));
  return torch::cat(parts).logsumexp(0);
}

AnnealingPath RestrictedBoltzmann::path_from(const torch::Tensor& visible_base,
                                             const torch::Tensor& hidden_base) const {
  const auto at = [model = *this, visible_base, hidden_base](double beta) {
    return RestrictedBoltzmann{beta * model.weights,
                               beta * model.visible_bias + (1 - beta) * visible_base,
                               beta * model.hidden_bias + (1 - beta) * hidden_base};
  };
  return {
      .log_partition_of_base = torch::softplus(visible_base).sum(torch::kFloat64).item<double>() +
                               torch::softplus(hidden_base).sum(torch::kFloat64).item<double>(),
      .draw_base =
          [visible_base](std::int64_t chains, Rng& rng) {
            return Bernoulli{visible_base.expand({chains, -1})}.sample(rng);
          },
      .energy = [at](const torch::Tensor& v, double beta) { return at(beta).free_energy(v); },
      .sweep = [at](const torch::Tensor& v, double beta,
                    Rng& rng) { return at(beta).gibbs(v, 1, rng); }};
}

Partition partition_of(const RestrictedBoltzmann& model, const AnnealingPath& path,
                       const AnnealingOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  if (model.is_small())
    return {.value = model.log_partition().item<double>(), .estimator = "log Z by enumeration"};
  const auto annealed = anneal(path, options, rng);
  return {.value = annealed.value,
          .standard_error = annealed.standard_error,
          .exact = false,
          .estimator = "log Z by annealed importance sampling, standard error " +
                       std::to_string(annealed.standard_error)};
}

torch::Tensor Boltzmann::energy(const torch::Tensor& s) const {
  return -0.5 * bilinear_form(s, weights, s) - torch::matmul(s, bias);
}

torch::Tensor Boltzmann::logits(const torch::Tensor& s) const {
  return (torch::matmul(s, weights) + bias) / temperature;  // W is symmetric, its diagonal zero
}

torch::Tensor Boltzmann::gibbs(torch::Tensor s, std::int64_t clamped, std::int64_t sweeps,
                               Rng& rng) const {
  torch::NoGradGuard no_grad;
  s = s.clone();
  for (std::int64_t sweep = 0; sweep < sweeps; ++sweep)
    for (std::int64_t i = clamped; i < bias.size(0); ++i) {
      const auto logit = (torch::matmul(s, weights[i]) + bias[i]) / temperature;
      s.select(1, i).copy_(Bernoulli{logit}.sample(rng));
    }
  return s;
}

torch::Tensor Boltzmann::log_partition() const {
  return log_sum_over_hidden(torch::zeros({1, 0}, bias.options()))[0];
}

// exp(-E/T) of v and every h: the links within v, within h, and between.
torch::Tensor Boltzmann::log_sum_over_hidden(const torch::Tensor& v) const {
  const auto visible = v.size(1), free = bias.size(0) - visible;
  if (free > kMostFree)
    throw Error(ErrorKind::kUsage, "the states of ", free, " units cannot be enumerated; at most ",
                kMostFree);
  const auto w = weights.to(torch::kFloat64), b = bias.to(torch::kFloat64),
             clamped = v.to(torch::kFloat64);
  const auto seen = w.slice(0, 0, visible);
  const auto h = all_states(free, b.options());  // (2^free,free)
  const auto inner = w.slice(0, visible).slice(1, visible);
  const auto of_v = 0.5 * bilinear_form(clamped, seen.slice(1, 0, visible), clamped) +
                    torch::matmul(clamped, b.slice(0, 0, visible));
  const auto of_h = 0.5 * bilinear_form(h, inner, h) + torch::matmul(h, b.slice(0, visible));
  const auto between = torch::matmul(torch::matmul(clamped, seen.slice(1, visible)), h.t());
  return ((of_v.unsqueeze(1) + of_h + between) / temperature).logsumexp(1);
}

AnnealingPath Boltzmann::path_from(const torch::Tensor& base) const {
  const auto at = [model = *this, base](double beta) {
    return Boltzmann{beta * model.weights,
                     beta * model.bias + (1 - beta) * model.temperature * base, model.temperature};
  };
  return {.log_partition_of_base = torch::softplus(base).sum(torch::kFloat64).item<double>(),
          .draw_base =
              [base](std::int64_t chains, Rng& rng) {
                return Bernoulli{base.expand({chains, -1})}.sample(rng);
              },
          .energy = [at](const torch::Tensor& s,
                         double beta) { return at(beta).energy(s) / at(beta).temperature; },
          .sweep = [at](const torch::Tensor& s, double beta,
                        Rng& rng) { return at(beta).gibbs(s, 0, 1, rng); }};
}

// -E(x) = 1/2 (2s-1)'J(2s-1) + h'(2s-1) = 1/2 s'(4J)s + (2h - 2J1)'s + what does not depend on s.
Boltzmann from_spins(const torch::Tensor& couplings, const torch::Tensor& fields,
                     double temperature) {
  return {4 * couplings, 2 * fields - 2 * couplings.sum(1), temperature};
}

}  // namespace vqcodec::models
