// models/inference/codec_options.h: the shape of the codec's networks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/transform.h"

namespace vqcodec::models {

inline constexpr std::int64_t kBlock = 8;       // pixels, side of the DCT
inline constexpr std::int64_t kChannels = 192;  // 3 x 8 x 8
inline constexpr std::int64_t kLevels = 3;
inline constexpr std::int64_t kCoarsestStride = 32;
// Share of the networks' outputs: keeps the first steps of training small.
inline constexpr double kNetworkScale = 0.3;
inline constexpr double kLeak = 0.1;  // slope of the activation below zero

// Of 1 - MS-SSIM, in squared errors (0..255 squared): makes a lambda mean about the same rate in
// both tunings.
inline constexpr double kSquaredErrorsOfMsSsim = 1333;
// Price of a bit where codes are chosen by the prior's own lengths, as a share of the slope: one
// sees the bits of now alone, not what a zero costs the contexts of later codes. On held-out
// pictures half the price is 3 % better in rate at equal PSNR than all of it.
inline constexpr double kCodingPriceFactor = 0.5;

struct CodecOptions {
  std::int64_t hidden = 128;
  std::int64_t blocks = 3;
  std::int64_t pyramid_luma = 12;  // channels that go to the coarser levels
  std::int64_t pyramid_chroma = 4;
  // loss = bits per pixel + lambda * MSE on 0..255, one for each quality
  std::vector<double> lambdas = {0.0003, 0.0007, 0.0016, 0.0035, 0.0075, 0.016, 0.033, 0.07};

  double lambda(std::int64_t quality) const { return lambdas[static_cast<std::size_t>(quality)]; }
  // Price of a bit in the picture's squared error: three samples share a pixel's bits.
  double price(std::int64_t quality) const { return 3 / lambda(quality); }
  std::int64_t qualities() const { return static_cast<std::int64_t>(lambdas.size()); }
  std::int64_t pyramid() const { return pyramid_luma + pyramid_chroma; }
  std::int64_t level_luma(std::int64_t level) const {  // the first so many channels of a level
    return level == 2 ? kChannels / 3 - pyramid_luma : (level == 1 ? 3 : 4) * pyramid_luma;
  }
  std::int64_t level_channels(std::int64_t level) const {
    return level == 2 ? kChannels - pyramid() : (level == 1 ? 3 : 4) * pyramid();
  }
  // Of the color and DCT matrix and the convolutions, which all run at the stride of the DCT's
  // blocks; the Haar steps count as nothing.
  codec::MultiplyAdds multiply_adds() const {
    constexpr std::int64_t kTaps = 9;
    const auto inputs_and_outputs = 2 * kChannels * hidden;  // of the first and last layer
    const auto weights = kChannels * kChannels * (1 + kTaps) +
                         kTaps * (inputs_and_outputs + 2 * blocks * hidden * hidden);
    const auto each = static_cast<double>(weights) / (kBlock * kBlock);
    return {.analysis = each, .synthesis = each};
  }
};

}  // namespace vqcodec::models
