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

// softmax((logits + Gumbel noise) / temperature) (Jang et al., arXiv:1611.01144; Maddison et al.,
// arXiv:1611.00712).
torch::Tensor gumbel_softmax(const Categorical& q, double temperature, Rng& rng);

// The value of `hard`, the gradient of `soft` (Bengio et al., arXiv:1308.3432).
torch::Tensor straight_through(const torch::Tensor& hard, const torch::Tensor& soft);
// One at the largest of the last dimension.
torch::Tensor one_hot_of_largest(const torch::Tensor& x);

}  // namespace vqcodec::models
