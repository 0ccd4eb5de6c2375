// models/generative/reward_baseline.h: what the score function compares its draws' rewards with, so
// that its gradient varies less. Sources: Williams 1992; Mnih and Gregor, "Neural Variational
// Inference and Learning in Belief Networks", arXiv:1402.0030 (of the picture).
#pragma once

#include "models/model.h"
#include "models/option_list.h"

namespace vqcodec::models {

// none; mean: running; learned: of the picture, about the running mean; others: of its other draws.
ChoiceOption baseline_choice(std::string* kind);

class RewardBaselineImpl : public torch::nn::Module {
 public:
  // inputs: values of a picture.
  RewardBaselineImpl(const std::string& kind, std::int64_t inputs);

  // Draws a picture needs: a draw without others has no mean of theirs.
  std::int64_t draws(std::int64_t wanted) const;
  // rewards: (S N), S draws of each of N pictures x. Returns (S N) or a scalar. In training the
  // running mean moves on, after these rewards were compared with it.
  torch::Tensor forward(const torch::Tensor& rewards, const torch::Tensor& x);
  // What is added to the loss, zero, for the one that is learned.
  torch::Tensor own_loss(const torch::Tensor& rewards, const torch::Tensor& baseline) const;

 private:
  std::string kind_;
  torch::nn::Sequential network_{nullptr};
  torch::Tensor steps_, mean_;  // of training so far
};
TORCH_MODULE(RewardBaseline);

}  // namespace vqcodec::models
