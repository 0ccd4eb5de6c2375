#include "models/ms_ssim.h"

#include <array>
#include <cmath>

namespace vqcodec::models {

namespace {

constexpr std::int64_t kWindow = 11;
constexpr double kSigma = 1.5;
constexpr double kC1 = 0.01 * 0.01, kC2 = 0.03 * 0.03;
constexpr std::array<double, 5> kScaleWeights = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
constexpr double kLeast = 1e-6;  // of a scale's mean: powers have no slope at zero

// The window along one dimension as a matrix (size, size - 10): a dense product is faster than a
// convolution of one channel.
torch::Tensor window_matrix(std::int64_t size, const torch::TensorOptions& options) {
  const auto place = torch::arange(size, options);
  const auto distance = place.unsqueeze(1) - place.slice(0, 0, size - kWindow + 1) - (kWindow / 2);
  const auto weight = torch::exp(distance.square() / (-2 * kSigma * kSigma));
  const auto inside = weight * (distance.abs() <= kWindow / 2);
  return inside / inside.sum(0, /*keepdim=*/true);
}

// Mean over all windows inside the pictures, (N,C,H,W) to (N,C,H-10,W-10).
torch::Tensor windowed(const torch::Tensor& x) {
  const auto rows = window_matrix(x.size(2), x.options().requires_grad(false)).t();
  return torch::matmul(rows, torch::matmul(x, window_matrix(x.size(3), x.options())));
}

struct Similarity {
  torch::Tensor ssim, contrast_structure;  // of each window, (N,C,h,w)
};

// Eq. 13 of Wang et al. 2004. The moments are taken about mid-grey, which float32 likes better.
Similarity similarity(const torch::Tensor& a, const torch::Tensor& b) {
  const auto x = a - 0.5, y = b - 0.5;
  const auto moments =
      windowed(torch::cat({x, y, x.square() + y.square(), x * y}, 1)).chunk(4, /*dim=*/1);
  const auto covariance = moments[3] - moments[0] * moments[1];
  const auto variances = moments[2] - moments[0].square() - moments[1].square();
  const auto contrast_structure = (2 * covariance + kC2) / (variances + kC2);
  const auto mean_a = moments[0] + 0.5, mean_b = moments[1] + 0.5;
  const auto luminance = (2 * mean_a * mean_b + kC1) / (mean_a.square() + mean_b.square() + kC1);
  return {luminance * contrast_structure, contrast_structure};
}

// Means of 2x2; an odd side begins with zeros, as in codec/ssim.cc.
torch::Tensor halved(const torch::Tensor& x) {
  return torch::avg_pool2d(x, /*kernel_size=*/2, /*stride=*/2, {x.size(2) % 2, x.size(3) % 2});
}

}  // namespace

torch::Tensor ms_ssim(const torch::Tensor& reference, const torch::Tensor& test) {
  auto a = reference, b = test;
  torch::Tensor product;
  for (std::size_t scale = 0; scale < kScaleWeights.size(); ++scale) {
    const bool coarsest = scale + 1 == kScaleWeights.size();
    const auto now = similarity(a, b);
    const auto value = (coarsest ? now.ssim : now.contrast_structure).mean({2, 3});
    const auto factor = value.clamp_min(kLeast).pow(kScaleWeights[scale]);
    product = product.defined() ? product * factor : factor;
    if (coarsest) break;
    a = halved(a);
    b = halved(b);
  }
  return product.mean(1);
}

}  // namespace vqcodec::models
