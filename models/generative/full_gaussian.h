// models/generative/full_gaussian.h: one Gaussian with all of its covariance, in closed form: what
// a density of pictures must beat.
#pragma once

#include "models/generative/density_flow.h"
#include "models/generative/patch_set.h"

namespace vqcodec::models {

// z = L^-1 (x - mean), L L' the covariance: (N,D) to (N,D).
class Whitening : public Flow {
 public:
  explicit Whitening(std::int64_t values);
  void fit(const torch::Tensor& x);  // the likeliest mean and covariance
  double entropy() const;            // of x where z is standard normal, in nats
  Mapped forward(const torch::Tensor& x) override;
  torch::Tensor inverse(const torch::Tensor& z) override;

 private:
  torch::Tensor mean_, factor_;
};

struct FullGaussianOptions {
  PointsOrPictures data = {};
  std::string pixels = "grey";

  OptionList list() { return {data.option()}; }
};

// Steps itself: each step fits it to the batch, by default the whole set.
class FullCovarianceGaussian : public DensityFlow {
 public:
  FullCovarianceGaussian(const FullGaussianOptions& options, const PictureShape& shape);
  bool steps_itself() const override { return true; }
  Loss loss(const Batch& batch, Rng& rng) override;

 private:
  std::shared_ptr<Whitening> whitening_;
};

std::unique_ptr<ModelFactory> make_full_gaussian_factory();

}  // namespace vqcodec::models
