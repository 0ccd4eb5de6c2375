// models/generative/density_flow.h: a density through a flow from data to noise, trained by maximum
// likelihood: log p(x) = log p_0(f(x)) + log |det df/dx|. The base of NICE, Real NVP, Glow and MAF,
// which differ in f alone.
#pragma once

#include "models/generative/flow.h"
#include "models/generative/registry.h"

namespace vqcodec::models {

inline constexpr const char* kAboutLogit =
    "values are squeezed into alpha..1 - alpha before a logit; 0: there is no logit";

struct DensityFlowSettings {
  std::string base = "normal";  // p_0; or "logistic"
  double logit_alpha = 0;  // of the logit that comes first (dequantization.h); 0: there is none
  bool points = false;     // values are no levels: nothing is dequantized
};

class DensityFlow : public GenerativeModel {
 public:
  DensityFlow(const DensityFlowSettings& settings, const PictureShape& shape);

  // log p of pictures whose levels have noise, (N,C,H,W) in 0..1, or of points. (N) nats.
  torch::Tensor log_density(const torch::Tensor& y);

  // -E_u log p(x + u) of pictures, less what the levels' width makes of it: see dequantized().
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {.reconstructs = false}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  // Exact of points; of pictures a bound, with so many draws of the noise.
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  // Of pictures also "log_density": the mean log-density of values in 0..1, as NICE's tables have
  // it.
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 protected:
  // Pictures as the flow sees them: points, or levels with noise.
  torch::Tensor continuous(const torch::Tensor& x, Rng& rng) const;
  double log_width() const;  // -log of the volume of one picture's levels; of points 0
  // Pictures (N,C,H,W) to (N,D); the constructors of the models fill it.
  FlowChain& flow() { return *flow_; }

 private:
  torch::Tensor log_probability(const torch::Tensor& x, Rng& rng);

  DensityFlowSettings settings_;
  PictureShape shape_;
  std::shared_ptr<FlowChain> flow_;
};

}  // namespace vqcodec::models
