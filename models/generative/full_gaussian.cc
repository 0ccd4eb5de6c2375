#include "models/generative/full_gaussian.h"

#include <cmath>
#include <numbers>

#include "models/generative/flow_layers.h"
#include "models/generative/gaussian_mixture.h"

namespace vqcodec::models {

Whitening::Whitening(std::int64_t values) {
  mean_ = register_parameter("mean", torch::zeros({values}));
  factor_ = register_parameter("factor", torch::eye(values));
}

void Whitening::fit(const torch::Tensor& x) {
  torch::NoGradGuard no_grad;
  constexpr std::int64_t kAtATime = 1000;
  const auto mean = x.mean(0, /*keepdim=*/false, torch::kFloat64);
  auto covariance = torch::zeros({x.size(1), x.size(1)}, mean.options());
  for (const auto& part : x.split(kAtATime)) {
    const auto away = part.to(torch::kFloat64) - mean;
    covariance.addmm_(away.t(), away);
  }
  mean_.copy_(mean);
  factor_.copy_(torch::linalg_cholesky(covariance / static_cast<double>(x.size(0))));
}

double Whitening::entropy() const {
  const double of_noise = 0.5 * std::log(2 * std::numbers::pi * std::numbers::e);
  return static_cast<double>(mean_.size(0)) * of_noise +
         factor_.diagonal().log().sum().item<double>();
}

Mapped Whitening::forward(const torch::Tensor& x) {
  const auto z = torch::linalg_solve_triangular(factor_, (x - mean_).t(), /*upper=*/false).t();
  return {.value = z, .log_volume = -factor_.diagonal().log().sum().expand({x.size(0)})};
}

torch::Tensor Whitening::inverse(const torch::Tensor& z) {
  return torch::matmul(z, factor_.t()) + mean_;
}

FullCovarianceGaussian::FullCovarianceGaussian(const FullGaussianOptions& options,
                                               const PictureShape& shape)
    : DensityFlow({.points = options.data.points()}, shape) {
  whitening_ = std::make_shared<Whitening>(shape.values());
  flow().add(std::make_shared<Flatten>(shape));
  flow().add(whitening_);
}

Loss FullCovarianceGaussian::loss(const Batch& batch, Rng& rng) {
  whitening_->fit(continuous(batch.images, rng).flatten(1));
  const auto nll = torch::full({}, whitening_->entropy() + log_width());
  return {.total = nll, .terms = {{"nll_nats", nll}}};
}

namespace {

class Factory : public PatchFactory<FullCovarianceGaussian, FullGaussianOptions> {
 public:
  std::unique_ptr<Dataset> batches(ImageSet train) const override {
    return make_gaussian_mixture_factory()->batches(std::move(train));
  }
};

}  // namespace

std::unique_ptr<ModelFactory> make_full_gaussian_factory() { return std::make_unique<Factory>(); }

}  // namespace vqcodec::models
