// tests/codec/test_pictures.h: pictures made by formula.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "codec/codec.h"

namespace vqcodec::testing {

// Waves, a hard edge and some noise.
inline codec::Image test_picture(int width, int height, int channels = 3, std::uint32_t seed = 1) {
  codec::Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  std::mt19937 random(seed);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int channel = 0; channel < channels; ++channel) {
        const double wave = 60 * std::sin(x * 0.05 + channel + seed) + 40 * std::cos(y * 0.07);
        const int edge = x > width / 2 && y > height / 3 ? 70 : 0;
        const int noise = static_cast<int>(random() % 9) - 4;
        image.pixels.push_back(static_cast<std::uint8_t>(
            std::clamp(static_cast<int>(100 + wave) + edge + noise, 0, 255)));
      }
    }
  }
  return image;
}

inline codec::Image with_alpha(codec::Image image) {
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      image.alpha.push_back(static_cast<std::uint8_t>(x * y % 7 == 0 ? x * 3 + y : 255));
  return image;
}

inline codec::Image with_metadata(codec::Image image) {
  image.metadata = {{"iCCP", {1, 2, 3, 4, 5}}, {"tEXt", {'a', 0, 'b'}}, {"eXIf", {}}};
  return image;
}

}  // namespace vqcodec::testing
