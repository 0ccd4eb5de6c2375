#include "models/inference/network_file.h"

#include <gtest/gtest.h>

#include "entropy/error.h"
#include "models/inference/networks.h"
#include "tests/inference/tiny_networks.h"

namespace vqcodec::models {
namespace {

using namespace vqcodec::testing;

TEST(NetworkFile, IsReadAsItWasWritten) {
  const TinyNetworks tiny{.options = {.hidden = 4, .blocks = 2, .lambdas = {0.25, 0.5}}};
  const auto bytes = bytes_of(tiny);
  const auto file = read_network_file(bytes);
  EXPECT_EQ(file.options.hidden, 4);
  EXPECT_EQ(file.options.lambdas, (std::vector{0.25, 0.5}));
  ASSERT_EQ(file.levels.size(), 3u);
  const auto tables = file.group_tables(2, 1);
  ASSERT_EQ(tables.size(), 176u);
  EXPECT_EQ(tables[5].first_channel, 5);
  EXPECT_EQ(tables[5].words, std::vector{0.0f});
}

TEST(NetworkFile, RefusesCutBytes) {
  const TinyNetworks tiny;
  const auto bytes = bytes_of(tiny);
  for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 500)
    EXPECT_THROW(read_network_file({bytes.data(), size}), Error) << size;
  auto longer = bytes;
  longer.push_back(0);
  EXPECT_THROW(read_network_file(longer), Error);
}

TEST(NetworkFile, RefusesAGroupBeyondItsLevelsChannels) {
  EXPECT_NO_THROW(read_network_file(bytes_of({})));
  EXPECT_THROW(read_network_file(bytes_of({.last_group_fits = false})), Error);
}

// Whatever one byte is changed to, the bytes are refused or make networks that run.
TEST(NetworkFile, ChangedBytesAreRefusedOrHarmless) {
  const TinyNetworks tiny{.options = {.hidden = 1, .blocks = 1, .lambdas = {0.1}}};
  const auto bytes = bytes_of(tiny);
  const auto picture = noise_picture(32, 32, 1);
  int refused = 0;
  for (std::size_t at = 0; at < bytes.size(); at += at < 32 ? 1 : 1 + bytes.size() / 200) {
    auto changed = bytes;
    changed[at] ^= 0xFF;
    try {
      const auto file = read_network_file(changed);
      make_cpu_networks(file, Precision::kFloat32)->analyse(picture, 0, {}, 1);
      for (std::size_t level = 0; level < 3; ++level) file.group_tables(level, 0);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 10);
}

// Every half-precision number there is, against its definition.
TEST(PlainTensor, WidensEveryHalf) {
  std::vector<std::uint8_t> bytes;
  std::vector<float> expected;
  for (int half = 0; half < 1 << 16; ++half) {
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    if (exponent == 31) continue;  // infinities and NaN
    bytes.push_back(static_cast<std::uint8_t>(half & 255));
    bytes.push_back(static_cast<std::uint8_t>(half >> 8));
    const double size =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    expected.push_back(static_cast<float>(half >> 15 ? -size : size));
  }
  const auto count = static_cast<std::int64_t>(expected.size());
  const PlainTensor tensor{.type = TensorType::kFloat16, .sizes = {count}, .bytes = bytes};
  EXPECT_EQ(tensor.floats({count}), expected);
  EXPECT_THROW(tensor.floats({count, 1}), Error);
  EXPECT_THROW(tensor.integers({count}), Error);
}

}  // namespace
}  // namespace vqcodec::models
