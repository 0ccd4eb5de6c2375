// tests/models/noise_picture.h: a picture of all frequencies, for transforms.
#pragma once

#include "codec/image.h"
#include "models/model.h"

namespace vqcodec::models {

// RGB, always the same.
inline codec::Image noise_picture(int width, int height) {
  codec::Image image;
  image.width = width;
  image.height = height;
  image.channels = 3;
  auto rng = make_rng(9, 9);
  for (int i = 0; i < width * height * 3; ++i)
    image.pixels.push_back(static_cast<std::uint8_t>(draw(rng, 256)));
  return image;
}

}  // namespace vqcodec::models
