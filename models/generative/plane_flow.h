// models/generative/plane_flow.h: flows from a Gaussian to a density on the plane that is known up
// to its partition function. Sources: Rezende and Mohamed, arXiv:1505.05770, section 6.1 (planar
// maps); Dinh, Sohl-Dickstein and Bengio, arXiv:1605.08803 (affine couplings).
#pragma once

#include "models/generative/flow.h"
#include "models/generative/plane_energies.h"
#include "models/generative/registry.h"

namespace vqcodec::models {

struct PlaneFlowOptions {
  std::string map = "planar";  // or "coupling"
  std::string energy = "u1";
  std::int64_t maps = 32;                   // K
  std::vector<std::int64_t> hidden = {64};  // units of a coupling's network
  std::int64_t warm_up = 0;                 // steps over which the energy's weight rises to 1
  std::string pixels = "grey";

  OptionList list();
};

// Learns by the divergence from what is drawn to the density: no data are needed.
class PlaneFlow : public GenerativeModel {
 public:
  PlaneFlow(const PlaneFlowOptions& options, const PictureShape& shape);

  // log q_K(z), (M,2) to (M) nats.
  torch::Tensor log_density(const torch::Tensor& z);
  const PlaneDensity& target() const { return target_; }
  const std::string& energy() const { return options_.energy; }
  std::int64_t maps() const { return options_.maps; }

  struct Divergence {
    double nats = 0;  // KL[q_K || p]
    double mass = 0;  // what q_K integrates to on the same grid: near 1 where it is fine enough
  };
  Divergence divergence();  // by quadrature

  void begin_step(const Progress& progress) override;
  // KL[q_K || p] - log Z = E_q[log q_K(z) + U(z)] (arXiv:1505.05770, eq. 15), as many draws as the
  // batch has examples.
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {.reconstructs = false}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  // KL[q_K || p] by quadrature and by draws, log Z, and what q_K integrates to on the same grid.
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  struct Draws {
    torch::Tensor points, log_density;  // (n,2), (n)
  };
  Draws draw(std::int64_t n, Rng& rng);
  torch::Tensor excess(const torch::Tensor& z, const torch::Tensor& log_q) const;

  PlaneFlowOptions options_;
  PlaneDensity target_;
  std::shared_ptr<FlowChain> chain_;  // of the Gaussian's noise to the plane
  double warmth_ = 1;
};

std::unique_ptr<ModelFactory> make_planar_flow_factory();
std::unique_ptr<ModelFactory> make_coupling_flow_factory();

}  // namespace vqcodec::models
