// models/gradient_estimators.h: gradients through what is drawn from a discrete distribution.
#pragma once

#include "models/distributions.h"

namespace vqcodec::models {

// An expression whose value is log p - log q and whose gradient, averaged over draws from q, is
// that of E_q[log p - log q]: log_p + (log p - b - 1 - log q) grad log q, all but the
// differentiated held (Williams 1992). baseline b: anything that does not depend on the draw; shape
// (N) or a scalar.
torch::Tensor score_function_surrogate(const torch::Tensor& log_p, const torch::Tensor& log_q,
                                       const torch::Tensor& baseline);
// The same for E_q[log p] alone, where the entropy is known in closed form.
torch::Tensor score_function_surrogate_of_reward(const torch::Tensor& log_p,
                                                 const torch::Tensor& log_q,
                                                 const torch::Tensor& baseline);

// Of S draws' rewards (S,N), the mean of the others: a baseline for each (VIMCO's and
// REINFORCE leave-one-out's).
torch::Tensor mean_of_the_others(const torch::Tensor& rewards);

// Of S draws' log p and log q (S,N), the bound log 1/S sum p/q, (N), whose gradient for q is the
// score function's with each draw's own baseline: the bound with its weight replaced by the
// geometric mean of the others' (VIMCO; Mnih and Rezende, arXiv:1602.06725, eq. 10).
torch::Tensor vimco_surrogate(const torch::Tensor& log_p, const torch::Tensor& log_q);

// softmax((logits + Gumbel noise) / temperature) (Jang et al., arXiv:1611.01144; Maddison et al.,
// arXiv:1611.00712).
torch::Tensor gumbel_softmax(const Categorical& q, double temperature, Rng& rng);

// A draw, the relaxation whose largest entry it is, and another such relaxation given the draw
// alone (Tucker et al., "REBAR", arXiv:1703.07370, section 3.1 and appendix B).
struct RebarDraw {
  torch::Tensor hard, relaxed, given_hard;  // (N,variables,classes)
};
RebarDraw rebar_draw(const Categorical& q, double temperature, Rng& rng);
// f(hard), whose gradient in the mean is that of E_q[f]: the score function's of f(hard) minus
// scale f(given_hard), which the reparameterized difference makes good. All (N).
torch::Tensor rebar_surrogate(const torch::Tensor& f_hard, const torch::Tensor& f_relaxed,
                              const torch::Tensor& f_given_hard, const torch::Tensor& log_q,
                              double scale);

// A draw that gradients go through: "gumbel": relaxed; "st-gumbel": one-hot, with the gradient of
// the relaxed; "straight-through": one-hot, with that of the probabilities.
torch::Tensor differentiable_draw(const Categorical& q, const std::string& estimator,
                                  double temperature, Rng& rng);

// The value of `hard`, the gradient of `soft` (Bengio et al., arXiv:1308.3432).
torch::Tensor straight_through(const torch::Tensor& hard, const torch::Tensor& soft);
// One at the largest of the last dimension.
torch::Tensor one_hot_of_largest(const torch::Tensor& x);

// (N), zero, with the gradient of KL[q(z|x) || p(z)] with respect to q, where each z_j is drawn
// from q_j = sigmoid(logits_j) that may depend, smoothly, on the smoothed units before it, and p is
// a Boltzmann machine of biases b and symmetric couplings W:
// E[sum_j (g_j - b_j - (W z)_j (1 - z_j) / (1 - q_j)) dq_j], dq_j through all that comes before
// (Rolfe, arXiv:1609.02200, section 3.1 and appendix F). All (N,n); bias (n); couplings: W z.
torch::Tensor boltzmann_kl_surrogate(const torch::Tensor& logits, const torch::Tensor& z,
                                     const torch::Tensor& bias, const torch::Tensor& couplings);

}  // namespace vqcodec::models
