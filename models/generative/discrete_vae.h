// models/generative/discrete_vae.h: variational autoencoder whose topmost latents are binary under
// a restricted Boltzmann machine, with Gaussian layers below them.
// Source: Rolfe, "Discrete Variational Autoencoders", arXiv:1609.02200.
#pragma once

#include "models/boltzmann.h"
#include "models/distributions.h"
#include "models/generative/base_rates.h"
#include "models/generative/registry.h"

namespace vqcodec::models {

struct DiscreteVaeOptions {
  std::int64_t units = 128;   // binary ones; half of them on each side of the prior
  std::int64_t groups = 4;    // of units, each inferred given those before
  double smoothing = 3;       // beta of the spike and exponential
  std::int64_t layers = 2;    // Gaussian ones
  std::int64_t latents = 40;  // of each Gaussian layer
  std::vector<std::int64_t> hidden = {200, 200};  // of every network
  std::string prior = "rbm";                      // or factorial: no couplings
  std::int64_t sweeps = 10;                       // of Gibbs sampling of the prior, each step
  std::int64_t chains = 100;          // persistent ones, and of annealed importance sampling
  std::int64_t temperatures = 10000;  // of annealed importance sampling
  std::int64_t warm_up = 4000;        // steps over which the rate's weight rises to 1
  std::string pixels = "binary";

  OptionList list();
};

class DiscreteVae : public GenerativeModel {
 public:
  DiscreteVae(const DiscreteVaeOptions& options, const PictureShape& shape);

  RestrictedBoltzmann prior() const;
  AnnealingPath annealing_path() const;

  // A draw of q(z,zeta|x), group after group. All (N,units).
  struct Binary {
    torch::Tensor logits;  // of q(z_j = 1 | zeta before, x)
    torch::Tensor z;       // 0 or 1, detached
    torch::Tensor zeta;    // smoothed; gradients pass
  };
  Binary infer(const torch::Tensor& x, Rng& rng);  // x: (N,C,H,W)
  // The same for given uniform variables rho (N,units).
  Binary infer_at(const torch::Tensor& x, const torch::Tensor& rho);
  // KL[q(z,zeta|x) || p(z,zeta)], (N), but for log Z: zero, with its gradients for q and for the
  // prior's energy.
  torch::Tensor binary_kl(const Binary& binary) const;

  // (S,N) nats: log p(x,z,...) - log q(z,...|x) of S draws, without -log Z.
  torch::Tensor log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng);

  // Pictures of given units, (n,units), each with a zeta and Gaussian layers of its own.
  torch::Tensor pictures_of(const torch::Tensor& units, const SampleOptions& options, Rng& rng);

  // While the decoder tells nothing yet, the full rate would empty all latents.
  void begin_step(const Progress& progress) override;
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  // The bound of one draw beside the importance weighted one, and the bracket of log Z.
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  // The Gaussian layers, drawn one after another from q, or from p where x is undefined.
  struct Continuous {
    torch::Tensor above;      // zeta and all layers, (N, ...): what the decoder sees
    torch::Tensor kl;         // (N), closed form, of each layer given those drawn
    torch::Tensor log_ratio;  // (N): log p - log q of the draws
  };
  Continuous draw_continuous(const torch::Tensor& x, torch::Tensor zeta, Rng& rng);
  Bernoulli likelihood(const torch::Tensor& above);
  torch::Tensor log_partition_gap(Rng& rng);  // scalar, with the gradient of log Z
  Partition partition(Rng& rng) const;
  Estimate estimate(const torch::Tensor& images, std::int64_t samples, const Partition& partition,
                    Rng& rng);

  DiscreteVaeOptions options_;
  PictureShape shape_;
  std::vector<torch::nn::Sequential> groups_;               // of q(z|...)
  std::vector<torch::nn::Sequential> posteriors_, priors_;  // of the Gaussian layers
  torch::nn::Sequential decoder_{nullptr};
  torch::Tensor couplings_;   // (units/2, units/2): zero and no parameter where factorial
  torch::Tensor bias_;        // (units)
  torch::Tensor chain_;       // (chains, units/2), persistent
  double warmth_ = 1;         // 0..1, the rate's weight
  BaseRates rates_{nullptr};  // of the units under q
};

std::unique_ptr<ModelFactory> make_discrete_vae_factory();

}  // namespace vqcodec::models
