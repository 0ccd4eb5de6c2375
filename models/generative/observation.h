// models/generative/observation.h: p(x|z), how pixels lie around what a decoder says.
// Sources: Kingma and Welling, arXiv:1312.6114, appendix C; the closed-form deviation as in Rybkin,
// Daniilidis and Levine, "Simple and Effective VAE Training with Calibrated Decoders",
// arXiv:2006.13202; discretized logistic: Kingma et al., arXiv:1606.04934.
#pragma once

#include "models/distributions.h"
#include "models/estimators.h"
#include "models/image_sets.h"
#include "models/option_list.h"

namespace vqcodec::models {

struct ObservationOptions {
  std::string likelihood = "bernoulli";  // or "gaussian", "logistic" (of 256 grey levels)
  // pixel: learned, each pixel its own; fixed; Gaussian: also optimal, the closed form
  std::string deviation = "learned";
  double sigma = 0.1;  // fixed, or the first one; pixels are 0..1

  OptionList list();
};

// Pixels are independent.
struct PixelDistribution {
  std::string likelihood;
  torch::Tensor output;  // (N,C,H,W): logits of a Bernoulli, else means
  // Scalar or (1,C,H,W): of the Gaussian; of the logistic: 2 log scale.
  torch::Tensor log_variance;

  torch::Tensor log_prob(const torch::Tensor& x) const;  // (N) nats; the Gaussian's is a density
  torch::Tensor mean() const;
  torch::Tensor sample(Rng& rng) const;
};

class ObservationImpl : public torch::nn::Module {
 public:
  ObservationImpl(const ObservationOptions& options, const PictureShape& shape);

  PixelDistribution around(const torch::Tensor& output) const;
  // Where the deviation is the optimal one: sigma*^2 = mean over pixels of (x - output)^2, at which
  // -log p, of which d ln sigma is a part, is least: d/2 ln(2 pi e sigma*^2). It is held: to first
  // order nothing depends on how sigma* moves. Else nothing happens.
  void fit(const torch::Tensor& x, const torch::Tensor& output);
  // What kind of figure a bound is that rests on it. pixels: "binary" or "grey".
  EstimateKind kind_of(EstimateKind bound, const std::string& pixels) const;
  // Whether x is one of finitely many values, so that bits a dimension mean something.
  bool discrete() const { return options_.likelihood != "gaussian"; }
  double sigma() const;  // the pixels' mean, where each has its own

 private:
  ObservationOptions options_;
  torch::Tensor log_variance_;
};
TORCH_MODULE(Observation);

}  // namespace vqcodec::models
