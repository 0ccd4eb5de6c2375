// tests/inference/tiny_networks.h: a networks section written by hand from codec/FORMAT.md: the
// real color and DCT matrix, random networks, one codebook of one zero for each channel.
#pragma once

#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>
#include <random>
#include <vector>

#include "entropy/byte_io.h"
#include "models/inference/grid.h"
#include "models/inference/network_file.h"

namespace vqcodec::testing {

using models::CodecOptions;
using models::kChannels;
using models::TensorType;

struct TinyNetworks {
  float lap_deviation = 0;  // of the weights of the lapped convolutions
  float log_restore = 0;
  bool order_is_permutation = true;
  bool last_group_fits = true;  // in its level's channels
  bool abridged = false;        // tensors of one element, which no engine takes: seeds for a fuzzer
  CodecOptions options{.hidden = 8, .blocks = 1, .lambdas = {0.07}};
};

class TinyNetworkWriter {
 public:
  explicit TinyNetworkWriter(const TinyNetworks& tiny) : tiny_(tiny), options_(tiny.options) {}

  std::vector<std::uint8_t> bytes() {
    for (const auto value : {options_.hidden, options_.blocks, options_.pyramid_luma,
                             options_.pyramid_chroma, options_.qualities()})
      out_.varint(static_cast<std::uint64_t>(value));
    floats({options_.qualities()}, {options_.lambdas.begin(), options_.lambdas.end()});
    if (tiny_.abridged)
      for (std::int64_t i = 0; i < 22 + 12 * options_.blocks; ++i) floats({1}, {0});
    else
      write_tensors();
    for (std::int64_t level = 0; level < models::kLevels; ++level) write_level(level);
    return out_.take();
  }

 private:
  void write_tensors() {
    const auto q = options_.qualities();
    const auto step = std::log(0.01f);  // a hundredth of the grey range
    floats({q, kChannels}, constant(q * kChannels, -step));
    floats({q, kChannels}, constant(q * kChannels, tiny_.log_restore));
    for (int network = 0; network < 2; ++network) write_network();
    floats({kChannels, kChannels}, basis());
    floats({1, kChannels, 1, 1}, constant(kChannels, 1));
    for (std::int64_t level = 0; level < models::kLevels; ++level)
      for (int direction = 0; direction < 2; ++direction) write_order(level);
  }

  static std::vector<float> constant(std::int64_t count, float value) {
    return std::vector<float>(static_cast<std::size_t>(count), value);
  }

  std::vector<float> noise(std::int64_t count, float deviation) {
    std::normal_distribution<float> normal(0, 1);
    auto values = constant(count, 0);
    for (auto& value : values) value = deviation * normal(random_);
    return values;
  }

  void header(TensorType type, const std::vector<std::int64_t>& sizes) {
    out_.u8(static_cast<std::uint8_t>(type));
    out_.u8(static_cast<std::uint8_t>(sizes.size()));
    for (const auto size : sizes) out_.varint(static_cast<std::uint64_t>(size));
  }
  void floats(const std::vector<std::int64_t>& sizes, const std::vector<float>& values) {
    header(TensorType::kFloat32, sizes);
    for (const float value : values) out_.u32(std::bit_cast<std::uint32_t>(value));
  }
  void integers(const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& values) {
    header(TensorType::kInt64, sizes);
    for (const auto value : values) out_.u64(static_cast<std::uint64_t>(value));
  }

  void write_convolution(std::int64_t inputs, std::int64_t outputs, float deviation) {
    floats({outputs, inputs, 3, 3}, noise(9 * inputs * outputs, deviation));
    floats({outputs}, noise(outputs, deviation));
  }
  void write_network() {
    const auto hidden = options_.hidden;
    write_convolution(kChannels, hidden, 0.02f);
    write_convolution(kChannels, kChannels, tiny_.lap_deviation);
    write_convolution(hidden, kChannels, tiny_.lap_deviation);
    for (std::int64_t i = 0; i < options_.blocks; ++i) {
      for (int modulation = 0; modulation < 2; ++modulation)
        floats({options_.qualities(), hidden}, noise(options_.qualities() * hidden, 0.1f));
      for (int layer = 0; layer < 2; ++layer) write_convolution(hidden, hidden, 0.1f);
    }
  }

  // Rows: the 8x8 DCT of each rotated color, the pyramid's channels first.
  std::vector<float> basis() const {
    constexpr double kColors[3][3] = {{1, 1, 1}, {1, 0, -1}, {1, -2, 1}};
    const double lengths[3] = {std::sqrt(3.0), std::sqrt(2.0), std::sqrt(6.0)};
    const auto wave = [](int k, int n) {
      return (k == 0 ? std::sqrt(0.125) : 0.5) * std::cos(std::numbers::pi / 16 * k * (2 * n + 1));
    };
    std::vector<float> rows;
    const auto add_rows = [&](int color, int first, int last) {
      for (int k = first; k < last; ++k)
        for (int column = 0; column < kChannels; ++column)
          rows.push_back(static_cast<float>(kColors[color][column / 64] / lengths[color] *
                                            wave(k / 8, column % 64 / 8) *
                                            wave(k % 8, column % 8)));
    };
    add_rows(0, 0, 12);
    add_rows(1, 0, 4);
    add_rows(0, 12, 64);
    add_rows(1, 4, 64);
    add_rows(2, 0, 64);
    return rows;
  }

  void write_order(std::int64_t level) {
    const auto channels = options_.level_channels(level);
    std::vector<std::int64_t> order;
    for (std::int64_t c = 0; c < channels; ++c) order.push_back(c);
    if (!tiny_.order_is_permutation) order.back() = 0;
    integers({channels}, order);
  }

  void write_level(std::int64_t level) {
    const auto channels = options_.level_channels(level);
    out_.varint(1);  // slices
    out_.varint(static_cast<std::uint64_t>(channels));
    for (std::int64_t c = 0; c < channels; ++c) out_.u8(0);
    for (std::int64_t q = 0; q < options_.qualities(); ++q) {
      floats({channels}, constant(channels, 1));
      out_.varint(static_cast<std::uint64_t>(channels));
      for (std::int64_t c = 0; c < channels; ++c) {
        out_.varint(static_cast<std::uint64_t>(c));
        out_.varint(0);  // slice
        out_.u8(0);      // stage
        floats({}, {2});
        const std::int64_t width = tiny_.last_group_fits || c + 1 < channels ? 1 : 2;
        floats({1, width}, constant(width, 0));
        floats({1}, {0});
        integers({1, width}, std::vector<std::int64_t>(static_cast<std::size_t>(width)));
      }
    }
  }

  const TinyNetworks& tiny_;
  const CodecOptions& options_;
  std::mt19937 random_{3};
  entropy::ByteWriter out_;
};

inline std::vector<std::uint8_t> bytes_of(const TinyNetworks& tiny) {
  return TinyNetworkWriter(tiny).bytes();
}

// Samples of 0..1.
inline models::Grid noise_picture(int height, int width, std::uint32_t seed) {
  auto picture = models::make_grid(height, width, 3);
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(0, 1);
  for (auto& value : picture.values) value = uniform(random);
  return picture;
}

inline double largest_difference(const models::Grid& a, const models::Grid& b) {
  double largest = a.values.size() == b.values.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < a.values.size() && i < b.values.size(); ++i)
    largest = std::max(
        largest, std::abs(static_cast<double>(a.values[i]) - static_cast<double>(b.values[i])));
  return largest;
}

}  // namespace vqcodec::testing
