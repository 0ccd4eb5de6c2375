#include "models/gradient_estimators.h"

#include <cmath>

namespace vqcodec::models {

namespace {

// Zero, with the gradient factor * grad log q. (A ratio q / q would do, but underflows.)
torch::Tensor score_term(const torch::Tensor& log_q, const torch::Tensor& factor) {
  return factor * (log_q - log_q.detach());
}

torch::Tensor gumbel_noise(const torch::Tensor& like, Rng& rng) {
  const auto uniform = torch::rand(like.sizes(), rng, like.options().requires_grad(false));
  constexpr double kTiny = 1e-20;
  return -(-(uniform + kTiny).log() + kTiny).log();
}

}  // namespace

torch::Tensor score_function_surrogate(const torch::Tensor& log_p, const torch::Tensor& log_q,
                                       const torch::Tensor& baseline) {
  const auto factor = log_p.detach() - log_q.detach() - 1 - baseline.detach();
  return log_p - log_q.detach() + score_term(log_q, factor);
}

torch::Tensor score_function_surrogate_of_reward(const torch::Tensor& log_p,
                                                 const torch::Tensor& log_q,
                                                 const torch::Tensor& baseline) {
  return log_p + score_term(log_q, log_p.detach() - baseline.detach());
}

torch::Tensor mean_of_the_others(const torch::Tensor& rewards) {
  return (rewards.sum(0, /*keepdim=*/true) - rewards) / static_cast<double>(rewards.size(0) - 1);
}

torch::Tensor vimco_surrogate(const torch::Tensor& log_p, const torch::Tensor& log_q) {
  const auto log_weights = log_p - log_q;
  const auto held = log_weights.detach();
  const auto draws = held.size(0);
  const auto own = torch::eye(draws, held.options().dtype(torch::kBool)).unsqueeze(2);
  // (draw that is replaced, draw, N)
  const auto replaced = torch::where(own, mean_of_the_others(held).unsqueeze(1), held.unsqueeze(0));
  const auto count = std::log(static_cast<double>(draws));
  const auto signal = held.logsumexp(0) - replaced.logsumexp(1);  // (S,N)
  return log_weights.logsumexp(0) - count + score_term(log_q, signal).sum(0);
}

torch::Tensor gumbel_softmax(const Categorical& q, double temperature, Rng& rng) {
  return ((q.logits + gumbel_noise(q.logits, rng)) / temperature).softmax(-1);
}

torch::Tensor differentiable_draw(const Categorical& q, const std::string& estimator,
                                  double temperature, Rng& rng) {
  if (estimator == "straight-through") return straight_through(q.sample(rng), q.logits.softmax(-1));
  const auto z = gumbel_softmax(q, temperature, rng);
  return estimator == "st-gumbel" ? straight_through(one_hot_of_largest(z), z) : z;
}

// With v uniform, the largest of log p + Gumbel noise is -log(-log v_k) whichever it is, and the
// others, given it, -log(-log v_i / p_i - log v_k).
RebarDraw rebar_draw(const Categorical& q, double temperature, Rng& rng) {
  const auto log_p = q.log_probabilities();
  const auto perturbed = log_p + gumbel_noise(log_p, rng);
  const auto hard = one_hot_of_largest(perturbed);
  const auto exponential = (-gumbel_noise(log_p, rng)).exp();  // -log v
  const auto of_largest = (exponential * hard).sum(-1, /*keepdim=*/true);
  const auto others = -((-log_p).exp() * exponential + of_largest).log();
  const auto given_hard = torch::where(hard > 0, -of_largest.log(), others);
  return {.hard = hard.detach(),
          .relaxed = (perturbed / temperature).softmax(-1),
          .given_hard = (given_hard / temperature).softmax(-1)};
}

torch::Tensor rebar_surrogate(const torch::Tensor& f_hard, const torch::Tensor& f_relaxed,
                              const torch::Tensor& f_given_hard, const torch::Tensor& log_q,
                              double scale) {
  const auto correction = scale * (f_relaxed - f_given_hard);
  return f_hard + score_term(log_q, (f_hard - scale * f_given_hard).detach()) + correction -
         correction.detach();
}

torch::Tensor straight_through(const torch::Tensor& hard, const torch::Tensor& soft) {
  return hard.detach() + (soft - soft.detach());
}

torch::Tensor one_hot_of_largest(const torch::Tensor& x) {
  return torch::one_hot(x.argmax(-1), x.size(-1)).to(x.scalar_type());
}

torch::Tensor boltzmann_kl_surrogate(const torch::Tensor& logits, const torch::Tensor& z,
                                     const torch::Tensor& bias, const torch::Tensor& couplings) {
  const auto q = torch::sigmoid(logits);
  const auto factor = (logits - bias - couplings * (1 - z) / (1 - q)).detach();
  return (factor * (q - q.detach())).sum(1);
}

}  // namespace vqcodec::models
