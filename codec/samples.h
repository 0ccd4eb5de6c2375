// codec/samples.h: a picture as three colors, for the metrics alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/image.h"

namespace vqcodec::codec {

// R, G and B of a pixel; of a grey picture the one sample three times.
class Samples {
 public:
  explicit Samples(const Image& image)  // Borrows.
      : pixels_(image.pixels.data()),
        per_pixel_(static_cast<std::size_t>(image.channels)),
        per_color_(image.channels == 1 ? 0 : 1) {}

  int at(std::size_t pixel, std::size_t color) const {
    return pixels_[pixel * per_pixel_ + color * per_color_];
  }

 private:
  const std::uint8_t* pixels_;
  std::size_t per_pixel_;
  std::size_t per_color_;
};

void check_equal_sizes(const Image& reference, const Image& test);  // Throws Error(kUsage).

}  // namespace vqcodec::codec
