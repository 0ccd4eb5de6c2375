// models/generative/planar_map.h: planar flows, which push points away from a line, or towards it.
// Source: Rezende and Mohamed, "Variational Inference with Normalizing Flows", arXiv:1505.05770,
// section 4.1 and appendix A.
#pragma once

#include "models/generative/flow.h"
#include "models/model.h"

namespace vqcodec::models {

// f(z) = z + u^ tanh(w'z + b), one for all examples or one for each: (1 or N,D), (1 or N,D),
// (1 or N).
struct PlanarMap {
  torch::Tensor u, w, b;

  // u^ = u + (m(w'u) - w'u) w / |w|^2, m(a) = softplus(a) - 1: w'u^ > -1, without which f could not
  // be inverted (appendix A.1).
  torch::Tensor invertible_u() const;
  Mapped forward(const torch::Tensor& z) const;  // eq. 12
  // By bisection along w, in which f rises; exact to the last bits, not differentiable.
  torch::Tensor inverse(const torch::Tensor& f) const;
};

// K maps one after the other: what does not depend on z is computed for all of them at once. u, w:
// (1 or N,K,D); b: (1 or N,K). The log volumes are summed.
Mapped through_planar_maps(const PlanarMap& maps, torch::Tensor z);

// Parameters at which f is the identity and its line passes near the origin, within `reach` of it;
// what is learned starts there. (count,D), (count,D), (count).
PlanarMap identity_maps(std::int64_t count, std::int64_t dimension, double reach);

// A planar map of its own parameters.
class PlanarFlow : public Flow {
 public:
  explicit PlanarFlow(std::int64_t dimension);
  Mapped forward(const torch::Tensor& z) override { return map_.forward(z); }
  torch::Tensor inverse(const torch::Tensor& f) override { return map_.inverse(f); }

 private:
  PlanarMap map_;
};

}  // namespace vqcodec::models
