#include "models/gradient_estimators.h"

namespace vqcodec::models {

namespace {

// Zero, with the gradient factor * grad log q. (A ratio q / q would do, but underflows.)
torch::Tensor score_term(const torch::Tensor& log_q, const torch::Tensor& factor) {
  return factor * (log_q - log_q.detach());
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

torch::Tensor gumbel_softmax(const Categorical& q, double temperature, Rng& rng) {
  const auto uniform = torch::rand(q.logits.sizes(), rng, q.logits.options().requires_grad(false));
  constexpr double kTiny = 1e-20;
  const auto gumbel = -(-(uniform + kTiny).log() + kTiny).log();
  return ((q.logits + gumbel) / temperature).softmax(-1);
}

torch::Tensor straight_through(const torch::Tensor& hard, const torch::Tensor& soft) {
  return hard.detach() + (soft - soft.detach());
}

torch::Tensor one_hot_of_largest(const torch::Tensor& x) {
  return torch::one_hot(x.argmax(-1), x.size(-1)).to(x.scalar_type());
}

}  // namespace vqcodec::models
