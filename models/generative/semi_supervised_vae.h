// models/generative/semi_supervised_vae.h: labels that are mostly missing, as a latent.
// Source: Kingma, Rezende, Mohamed and Welling, "Semi-Supervised Learning with Deep Generative
// Models", arXiv:1406.5298, section 2: M2.
#pragma once

#include "models/generative/conditional_vae.h"

namespace vqcodec::models {

struct SemiSupervisedOptions : ConditionalVaeOptions {
  std::int64_t labels = 100;     // pictures whose label is seen, as many of each class
  std::int64_t subset_seed = 1;  // that chooses them
  std::vector<std::int64_t> classifier = {500};  // units of its layers
  double alpha = 5;                // of the classifier's own loss; the paper's 0.1 N, in units of N
  double labelled_share = 0.002;   // of the labelled pictures in the bound: 100 of MNIST's 50,000
  std::string label_draw = "sum";  // over all labels; or "gumbel": one relaxed draw, far cheaper
  double temperature = 0.67;       // of that draw

  OptionList list();
};

// M2: p(y) uniform, p(z), p(x|y,z); q(y|x) is the classifier.
class SemiSupervisedVae : public ConditionalVae {
 public:
  SemiSupervisedVae(const SemiSupervisedOptions& options, const PictureShape& shape);

  torch::Tensor class_logits(const torch::Tensor& x);  // of q(y|x), (N,classes)
  // Eq. 6, -L(x,y) of one sample of z: a bound of log p(x,y); (N) nats.
  torch::Tensor labelled_bound(const torch::Tensor& x, const torch::Tensor& y, Rng& rng);
  // -L(x,y) of every label, (N,classes).
  torch::Tensor bounds_by_label(const torch::Tensor& x, Rng& rng);
  // Eq. 7, -U(x) = sum_y q(y|x) (-L(x,y)) + H(q(y|x)), a bound of log p(x); (N) nats.
  static torch::Tensor unlabelled_bound(const torch::Tensor& class_logits,
                                        const torch::Tensor& bounds_by_label);

  // The same with one relaxed draw of the label in place of the sum (arXiv:1611.01144, 4.4): what
  // is trained is then no bound.
  torch::Tensor relaxed_bound(const torch::Tensor& x, Rng& rng);

  // Eq. 9 per picture: of labelled ones L and the classifier's loss, of the others (label
  // kUnlabelled, or no labels at all) U.
  Loss loss(const Batch& batch, Rng& rng) override;
  // Of log p(x): each label's importance weights, summed over the labels.
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  // And "error", in %, where there are labels.
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  SemiSupervisedOptions own_;
  torch::nn::Sequential classifier_{nullptr};
};

// Percentage of pictures whose largest logit is not their label's.
Figure error_figure(const torch::Tensor& class_logits, const torch::Tensor& labels);

}  // namespace vqcodec::models
