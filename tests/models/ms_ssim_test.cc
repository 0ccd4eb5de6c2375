// The metric as a loss: the same figure as codec/metrics.h, and the slope of that figure.
#include "models/ms_ssim.h"

#include <gtest/gtest.h>

#include <cmath>

#include "codec/metrics.h"

namespace vqcodec::models {
namespace {

// Smooth colors with a fine pattern, and a blurred and noisy version of them. 8-bit samples.
torch::Tensor picture(std::int64_t height, std::int64_t width) {
  const auto y = torch::arange(height, torch::kFloat64).view({1, 1, -1, 1});
  const auto x = torch::arange(width, torch::kFloat64).view({1, 1, 1, -1});
  const auto phase = torch::tensor({0.0, 1.0, 2.5}, torch::kFloat64).view({1, 3, 1, 1});
  const auto grey = 0.5 + 0.3 * torch::sin(x / 17 + y / 29 + phase) +
                    0.15 * torch::sin(x * 1.1 + phase) * torch::cos(y * 0.7);
  return (grey * 255).round() / 255;
}

torch::Tensor damaged(const torch::Tensor& images) {
  torch::manual_seed(3);
  const auto smooth = torch::avg_pool2d(images, 3, /*stride=*/1, /*padding=*/1);
  return ((smooth + 0.04 * torch::randn_like(images)).clamp(0, 1) * 255).round() / 255;
}

codec::Image to_image(const torch::Tensor& images) {
  codec::Image image;
  image.height = static_cast<int>(images.size(2));
  image.width = static_cast<int>(images.size(3));
  image.channels = 3;
  const auto bytes = (images[0].permute({1, 2, 0}) * 255).round().to(torch::kUInt8).contiguous();
  image.pixels.assign(bytes.data_ptr<std::uint8_t>(),
                      bytes.data_ptr<std::uint8_t>() + bytes.numel());
  return image;
}

TEST(MsSsim, IsTheMetricOfFiles) {
  for (const auto& [height, width] : {std::pair{161, 200}, std::pair{192, 176}}) {
    const auto a = picture(height, width), b = damaged(a);
    const double expected = codec::ms_ssim(to_image(a), to_image(b)).value();
    EXPECT_LT(expected, 0.97);
    EXPECT_NEAR(ms_ssim(a, b).item<double>(), expected, 1e-9);
    const auto narrow = ms_ssim(a.to(torch::kFloat32), b.to(torch::kFloat32));
    EXPECT_NEAR(narrow.item<double>(), expected, 1e-5);
  }
}

TEST(MsSsim, EachPictureCountsAloneAndEqualOnesAreOne) {
  const auto a = picture(161, 161), b = damaged(a);
  const auto both = ms_ssim(torch::cat({a, a}), torch::cat({b, a}));
  EXPECT_EQ(both[0].item<double>(), ms_ssim(a, b).item<double>());
  EXPECT_NEAR(both[1].item<double>(), 1, 1e-12);
}

TEST(MsSsim, ItsGradientIsItsSlope) {
  const auto a = picture(161, 161);
  const auto b = damaged(a).requires_grad_(true);
  ms_ssim(a, b).sum().backward();
  torch::manual_seed(4);
  const auto direction = torch::randn_like(a);
  torch::NoGradGuard no_grad;
  constexpr double kStep = 1e-5;
  const double slope =
      (ms_ssim(a, b + kStep * direction) - ms_ssim(a, b - kStep * direction)).item<double>() /
      (2 * kStep);
  EXPECT_NEAR((b.grad() * direction).sum().item<double>(), slope, 1e-6 * std::abs(slope) + 1e-9);
}

// Opposite structure has a negative mean, whose power is not a number.
TEST(MsSsim, OppositePicturesStayFinite) {
  const auto a = picture(161, 161);
  const auto b = (1 - a).requires_grad_(true);
  const auto value = ms_ssim(a, b);
  value.sum().backward();
  EXPECT_TRUE(std::isfinite(value.item<double>()));
  EXPECT_TRUE(torch::isfinite(b.grad()).all().item<bool>());
}

}  // namespace
}  // namespace vqcodec::models
