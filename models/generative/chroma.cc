#include "models/generative/chroma.h"

namespace vqcodec::models {

namespace {

constexpr double kRed = 0.299, kBlue = 0.114, kGreen = 1 - kRed - kBlue;
constexpr double kCbPerBlue = 0.5 / (1 - kBlue), kCrPerRed = 0.5 / (1 - kRed);

}  // namespace

torch::Tensor luminance_of(const torch::Tensor& images) {
  return kRed * images.slice(1, 0, 1) + kGreen * images.slice(1, 1, 2) +
         kBlue * images.slice(1, 2, 3);
}

torch::Tensor chroma_of(const torch::Tensor& images) {
  const auto y = luminance_of(images);
  return torch::cat(
      {kCbPerBlue * (images.slice(1, 2, 3) - y), kCrPerRed * (images.slice(1, 0, 1) - y)}, 1);
}

torch::Tensor rgb_of(const torch::Tensor& luminance, const torch::Tensor& chroma) {
  const auto blue = luminance + chroma.slice(1, 0, 1) / kCbPerBlue;
  const auto red = luminance + chroma.slice(1, 1, 2) / kCrPerRed;
  const auto green = (luminance - kRed * red - kBlue * blue) / kGreen;
  return torch::cat({red, green, blue}, 1).clamp(0, 1);
}

}  // namespace vqcodec::models
