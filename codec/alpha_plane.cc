#include "codec/alpha_plane.h"

#include <cstdlib>
#include <limits>

#include "codec/compression.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

constexpr int kFilters = 5;  // none, left, above, average, Paeth

int paeth(int left, int above, int corner) {
  const int estimate = left + above - corner;
  const int to_left = std::abs(estimate - left);
  const int to_above = std::abs(estimate - above);
  const int to_corner = std::abs(estimate - corner);
  if (to_left <= to_above && to_left <= to_corner) return left;
  return to_above <= to_corner ? above : corner;
}

int predict(int filter, int left, int above, int corner) {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) / 2;
    case 4:
      return paeth(left, above, corner);
    default:
      return 0;
  }
}

// One row of the plane with the row above it; samples outside are 0.
struct Row {
  const std::uint8_t* above;  // null for the first row
  const std::uint8_t* samples;

  int prediction(int filter, int x) const {
    return predict(filter, x > 0 ? samples[x - 1] : 0, above ? above[x] : 0,
                   above && x > 0 ? above[x - 1] : 0);
  }
};

// The filter with the smallest sum of absolute differences, as PNG recommends.
int best_filter(const Row& row, int width) {
  int best = 0;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (int filter = 0; filter < kFilters; ++filter) {
    std::int64_t sum = 0;
    for (int x = 0; x < width; ++x)
      sum += std::abs(static_cast<std::int8_t>(row.samples[x] - row.prediction(filter, x)));
    if (sum < least) {
      least = sum;
      best = filter;
    }
  }
  return best;
}

}  // namespace

std::vector<std::uint8_t> compress_alpha(std::span<const std::uint8_t> alpha, int width,
                                         int height) {
  const auto row_size = static_cast<std::size_t>(width);
  std::vector<std::uint8_t> filtered;
  filtered.reserve(static_cast<std::size_t>(height) * (row_size + 1));
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* samples = alpha.data() + static_cast<std::size_t>(y) * row_size;
    const Row row{y > 0 ? samples - row_size : nullptr, samples};
    const int filter = best_filter(row, width);
    filtered.push_back(static_cast<std::uint8_t>(filter));
    for (int x = 0; x < width; ++x)
      filtered.push_back(static_cast<std::uint8_t>(samples[x] - row.prediction(filter, x)));
  }
  return zstd_compress(filtered);
}

std::vector<std::uint8_t> decompress_alpha(std::span<const std::uint8_t> chunk, int width,
                                           int height) {
  const auto row_size = static_cast<std::size_t>(width);
  const std::size_t expected = static_cast<std::size_t>(height) * (row_size + 1);
  const std::vector<std::uint8_t> filtered = zstd_decompress(chunk, expected, "alpha");
  if (filtered.size() != expected)
    throw Error(ErrorKind::kCorrupt, "alpha: ", filtered.size(), " bytes, expected ", expected);
  std::vector<std::uint8_t> alpha(static_cast<std::size_t>(height) * row_size);
  const std::uint8_t* next = filtered.data();
  for (int y = 0; y < height; ++y) {
    std::uint8_t* samples = alpha.data() + static_cast<std::size_t>(y) * row_size;
    const Row row{y > 0 ? samples - row_size : nullptr, samples};
    const int filter = *next++;
    if (filter >= kFilters)
      throw Error(ErrorKind::kCorrupt, "alpha: filter ", filter, " in row ", y,
                  ", expected at most ", kFilters - 1);
    for (int x = 0; x < width; ++x)
      samples[x] = static_cast<std::uint8_t>(*next++ + row.prediction(filter, x));
  }
  return alpha;
}

}  // namespace vqcodec::codec
