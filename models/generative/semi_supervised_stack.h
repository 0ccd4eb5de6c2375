// models/generative/semi_supervised_stack.h: labels from the latents of an autoencoder that is
// trained first, without labels. Source: Kingma, Rezende, Mohamed and Welling, arXiv:1406.5298,
// section 2: M1 (a classifier of the latents) and M1+M2 (M2 of the latents).
#pragma once

#include "models/generative/semi_supervised_vae.h"
#include "models/generative/vae.h"

namespace vqcodec::models {

struct StackOptions : SemiSupervisedOptions {
  std::string model = "m2";                                // "m1", "m2", "m1+m2"
  std::int64_t features = 50;                              // latents of M1
  double features_share = 0.5;                             // of the steps, in which M1 is trained
  std::vector<std::int64_t> features_hidden = {600, 600};  // of its encoder

  OptionList list();
};

class SemiSupervisedStack : public GenerativeModel {
 public:
  SemiSupervisedStack(const StackOptions& options, const PictureShape& shape);

  Vae& features() { return *features_; }
  torch::Tensor class_logits(const torch::Tensor& x);  // at the posterior's mean; (N,classes)

  // First M1's loss; then, with M1 held, that of what stands on a draw of its latents.
  void begin_step(const Progress& progress) override;
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {.conditional = top_ != nullptr}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  // With M2 on top, p(z1) in the weights is its bound, which keeps them a bound.
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  torch::Tensor as_picture(const torch::Tensor& z) const;  // (N,features) to (N,1,1,features)
  StackOptions options_;
  std::shared_ptr<Vae> features_;
  std::shared_ptr<SemiSupervisedVae> top_;     // M1+M2, else null
  torch::nn::Sequential classifier_{nullptr};  // M1
  bool features_trained_ = false;
};

// Of all three; batches hold a balanced subset's labels alone.
std::unique_ptr<ModelFactory> make_semi_supervised_factory();

}  // namespace vqcodec::models
