#include "codec/metrics.h"

#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

#include "codec/samples.h"
#include "entropy/error.h"

namespace vqcodec::codec {

void check_equal_sizes(const Image& reference, const Image& test) {
  if (reference.width != test.width || reference.height != test.height)
    throw Error(ErrorKind::kUsage, "the pictures differ in size: ", reference.width, "x",
                reference.height, " and ", test.width, "x", test.height);
}

double bits_per_pixel(std::size_t size_bytes, const Image& image) {
  assert(image.area() > 0);
  return 8.0 * static_cast<double>(size_bytes) / static_cast<double>(image.area());
}

double mse(const Image& reference, const Image& test) {
  check_equal_sizes(reference, test);
  const Samples a(reference);
  const Samples b(test);
  std::uint64_t sum = 0;  // at most 2^31 pixels x 3 x 255^2 < 2^49: exact
  for (std::size_t i = 0; i < reference.area(); ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      const int difference = a.at(i, c) - b.at(i, c);
      sum += static_cast<std::uint64_t>(difference * difference);
    }
  return static_cast<double>(sum) / (3.0 * static_cast<double>(reference.area()));
}

double psnr_db(double squared_error) {
  return squared_error > 0 ? 10 * std::log10(255.0 * 255.0 / squared_error)
                           : std::numeric_limits<double>::infinity();
}

double psnr_rgb_db(const Image& reference, const Image& test) {
  return psnr_db(mse(reference, test));
}

double psnr_luma_db(const Image& reference, const Image& test) {
  check_equal_sizes(reference, test);
  constexpr std::array<double, 3> kLuma = {0.299, 0.587, 0.114};
  const Samples a(reference);
  const Samples b(test);
  double sum = 0;
  for (std::size_t i = 0; i < reference.area(); ++i) {
    double difference = 0;
    for (std::size_t c = 0; c < 3; ++c) difference += kLuma[c] * (a.at(i, c) - b.at(i, c));
    sum += difference * difference;
  }
  return psnr_db(sum / static_cast<double>(reference.area()));
}

double ms_ssim_db(double value) {
  return 0.0 - 10 * std::log10(1 - value);  // of 0 it is 0, not -0
}

}  // namespace vqcodec::codec
