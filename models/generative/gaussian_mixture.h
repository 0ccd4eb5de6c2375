// models/generative/gaussian_mixture.h: p(x) = sum_k w_k N(x; mu_k, Sigma_k), learned by
// expectation-maximization, as k-means, by gradients, or as the VAE that it is: a latent of one of
// K values. Sources: Dempster, Laird and Rubin, "Maximum Likelihood from Incomplete Data via the EM
// Algorithm", 1977; Neal and Hinton, "A View of the EM Algorithm that Justifies Incremental,
// Sparse, and Other Variants", 1998, for the free energy.
#pragma once

#include "models/generative/registry.h"
#include "models/generative/samplable_computable.h"

namespace vqcodec::models {

struct GaussianMixtureOptions {
  std::int64_t components = 10;             // K
  std::string covariance = "full";          // or "diagonal", "spherical", "tied": one for all
  std::string learner = "em";               // or "k-means", "gradient", "vae"
  std::int64_t restarts = 10;               // tried from k-means++ seeds, the likeliest goes on
  double floor = 1e-3;                      // least variance, in any direction
  std::int64_t reduce = 20;                 // principal components of pictures; 0: all values
  std::vector<std::int64_t> hidden = {64};  // units of q(z|x), of the VAE
  std::string pixels = "grey";

  OptionList list();
};

// Points are the pictures' values or, fitted in the first step, their principal components;
// likelihoods are those of the points. All in float64. Points: (N,D).
class GaussianMixture : public SamplableComputable {
 public:
  GaussianMixture(const GaussianMixtureOptions& options, const PictureShape& shape);

  torch::Tensor points(const torch::Tensor& images) const;         // (N,C,H,W) to (N,D)
  torch::Tensor log_joint(const torch::Tensor& points) const;      // log p(x,z), (N,K) nats
  torch::Tensor log_density(const torch::Tensor& points) const;    // log p(x), (N) nats
  torch::Tensor log_posterior(const torch::Tensor& points) const;  // log p(z|x), (N,K)
  torch::Tensor log_q(const torch::Tensor& points);  // log q(z|x) of the VAE's encoder, (N,K)

  // The M-step: what is likeliest of E_q log p(x,z), q: (N,K) probabilities. Components without
  // points keep their place.
  void maximize(const torch::Tensor& points, const torch::Tensor& q);
  // weights: (K), summing to one; means: (K,D); covariances: (K,D,D), all alike where it is tied.
  void assign(const torch::Tensor& weights, const torch::Tensor& means,
              const torch::Tensor& covariances);
  torch::Tensor weights() const { return weight_logits_.softmax(0); }  // (K)
  torch::Tensor means() const { return means_; }                       // (K,D)
  torch::Tensor covariances() const;                                   // (K,D,D)

  bool steps_itself() const override;
  // The value is that before the step, where the step is a closed form.
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  // The mean of a component drawn from the posterior.
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  bool is_shared() const;         // one covariance for all components
  torch::Tensor factors() const;  // (K,D,D), lower triangular: Sigma = factor factor'
  torch::Tensor pictures(const torch::Tensor& points) const;
  void fit_principal_components(const torch::Tensor& images);
  void seed(const torch::Tensor& points, Rng& rng);
  // Probabilities of the E-step, or of the nearest centre alone where it is k-means; (N,K).
  torch::Tensor responsibilities(const torch::Tensor& points) const;
  GaussianMixtureOptions options_;
  PictureShape shape_;
  torch::Tensor weight_logits_, means_;
  // Of the factors: the diagonal's logarithms on the diagonal. (K or 1, D,D), of diagonal
  // covariances (K,D), of spherical ones (K or 1, 1).
  torch::Tensor scales_;
  torch::Tensor centre_, axes_;  // of the principal components: (P), (P,D)
  torch::Tensor is_seeded_;
  torch::nn::Sequential encoder_{nullptr};
};

// F(q, theta) = E_q log p(x,z) + H(q), a lower bound on log p(x), tight where q is the posterior.
// (N,K) and (N,K) to (N) nats.
torch::Tensor free_energy(const torch::Tensor& log_joint, const torch::Tensor& log_q);

std::unique_ptr<ModelFactory> make_gaussian_mixture_factory();

}  // namespace vqcodec::models
