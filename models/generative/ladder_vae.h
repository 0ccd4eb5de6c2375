// models/generative/ladder_vae.h: a hierarchy of Gaussian latents, z1 nearest to the picture:
// p(zL) ... p(z1|z2) p(x|z1). Two ways to infer it:
//   ladder     Sonderby et al., "Ladder Variational Autoencoders", arXiv:1602.02282: up
//              deterministically, then down beside p, merging what both say of each layer
//   bottom-up  q(z1|x) q(z2|z1) ...: Burda, Grosse and Salakhutdinov, arXiv:1509.00519
#pragma once

#include "models/distributions.h"
#include "models/generative/registry.h"

namespace vqcodec::models {

struct LadderVaeOptions {
  std::vector<std::int64_t> latents = {64, 32, 16, 8, 4};      // z1 first
  std::vector<std::int64_t> hidden = {512, 256, 128, 64, 64};  // units between them, x first
  std::int64_t depth = 2;               // layers of these units between two latents
  std::string inference = "ladder";     // or "bottom-up"
  std::string activation = "relu";      // or "tanh"
  std::string normalization = "batch";  // before the activations; or "none"
  std::int64_t samples = 1;             // k of the bound that is trained; 1: the ELBO
  std::int64_t warm_up = 20000;  // steps over which the rate's weight rises to 1, where k = 1
  std::string pixels = "binary";

  OptionList list();
};

// The product of two Gaussian densities, normalized (eq. 10 and 11): precisions add, means weigh by
// them.
DiagonalGaussian merged(const DiagonalGaussian& a, const DiagonalGaussian& b);

class LadderVae : public GenerativeModel {
 public:
  // Throws Error(kUsage) where there are not as many hidden sizes as latents.
  LadderVae(const LadderVaeOptions& options, const PictureShape& shape);

  // A draw of all latents for each picture, and what the bound is made of; (N) nats each.
  struct Draw {
    std::vector<torch::Tensor> z;        // (N,latents[l])
    std::vector<DiagonalGaussian> q, p;  // of each, given those that it was drawn after
    torch::Tensor log_likelihood;        // log p(x|z1)

    torch::Tensor log_ratio(std::size_t layer) const;  // log q - log p of the draw
    torch::Tensor log_weight() const;                  // log p(x,z) - log q(z|x)
    // KL[q || p] in closed form where q is drawn after the same latents as p (ladder), else the
    // draw's log-ratio.
    std::vector<torch::Tensor> rates;
  };
  Draw draw(const torch::Tensor& x, Rng& rng);
  torch::Tensor log_joint(const torch::Tensor& x, const std::vector<torch::Tensor>& z);
  torch::Tensor log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng);  // (S,N)

  void begin_step(const Progress& progress) override;
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  // And each layer's rate, and its latents whose rate is over 0.01 nats.
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  // Inputs through `depth` layers of `units`, ending in an activation.
  torch::nn::Sequential block(std::int64_t inputs, std::int64_t units) const;
  DiagonalGaussian prior_of(std::size_t layer, const std::vector<torch::Tensor>& z);
  Bernoulli likelihood(const torch::Tensor& z1);
  std::vector<DiagonalGaussian> evidence(const torch::Tensor& x);  // what the way up says
  void draw_down(const torch::Tensor& x, Draw& draw, Rng& rng);
  void draw_up(const torch::Tensor& x, Draw& draw, Rng& rng);
  std::size_t layers() const { return options_.latents.size(); }

  LadderVaeOptions options_;
  PictureShape shape_;
  std::vector<torch::nn::Sequential> up_, up_heads_;      // [l]: towards z_l
  std::vector<torch::nn::Sequential> down_, down_heads_;  // [l]: from z_l to z_(l-1), or to x
  double warmth_ = 1;
};

std::unique_ptr<ModelFactory> make_ladder_vae_factory();
// Two layers, bottom-up, 5 samples (arXiv:1509.00519, section 5).
std::unique_ptr<ModelFactory> make_two_layer_iwae_factory();

}  // namespace vqcodec::models
