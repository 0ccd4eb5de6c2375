#include "codec/compression.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

#include "tests/codec/files.h"

namespace vqcodec::codec {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

std::optional<ErrorKind> error_of_decompressing(const Bytes& frame, std::size_t max_size) {
  return error_of([&] { zstd_decompress(frame, max_size, "test"); });
}

Bytes random_bytes(std::size_t size) {
  std::mt19937 random(7);
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

TEST(Compression, GivesBackTheBytes) {
  for (const Bytes& bytes : {Bytes{}, Bytes{1}, Bytes(1 << 20, 0), random_bytes(300000)}) {
    const Bytes frame = zstd_compress(bytes);
    EXPECT_EQ(zstd_decompress(frame, bytes.size(), "test"), bytes);
    EXPECT_LE(frame.size(), bytes.size() + bytes.size() / 1000 + 64);
  }
}

TEST(Compression, RefusesMoreThanTheLimit) {
  const Bytes bomb = zstd_compress(Bytes(1 << 24, 0));
  EXPECT_LT(bomb.size(), 4096U);
  EXPECT_EQ(error_of_decompressing(bomb, (1 << 24) - 1), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of_decompressing(bomb, 1 << 24), std::nullopt);
}

// Magic, a descriptor (size of 8 bytes, one segment, checksum), a size of 2^40, an empty last
// block.
TEST(Compression, RefusesToReserveWhatTheFrameCannotHold) {
  const Bytes frame = {0x28, 0xB5, 0x2F, 0xFD, 0xE4, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(error_of_decompressing(frame, kNoLimit), ErrorKind::kCorrupt);
}

TEST(Compression, RefusesEveryCutFrameAndTrailingBytes) {
  Bytes frame = zstd_compress(random_bytes(200));
  for (std::size_t size = 0; size < frame.size(); ++size)
    EXPECT_EQ(error_of_decompressing(Bytes(frame.begin(), frame.begin() + static_cast<long>(size)),
                                     kNoLimit),
              ErrorKind::kCorrupt)
        << size;
  const Bytes empty = zstd_compress({});
  frame.insert(frame.end(), empty.begin(), empty.end());
  EXPECT_EQ(error_of_decompressing(frame, kNoLimit), ErrorKind::kCorrupt);
}

// Some bits of a frame mean nothing; damage to any other is seen.
TEST(Compression, NeverReturnsDamagedBytes) {
  const std::string text = "what the prior does not model, what the prior does not model";
  const Bytes bytes(text.begin(), text.end());
  const Bytes frame = zstd_compress(bytes);
  for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
    Bytes damaged = frame;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const auto kind = error_of([&] { EXPECT_EQ(zstd_decompress(damaged, 1000, "test"), bytes); });
    EXPECT_EQ(kind.value_or(ErrorKind::kCorrupt), ErrorKind::kCorrupt) << bit;
  }
}

TEST(Compression, RefusesFramesThatAreNotOurs) {
  const Bytes skippable = {0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 0, 0, 0, 0};
  // One raw block "a", its size known, without a checksum.
  const Bytes unchecked = {0x28, 0xB5, 0x2F, 0xFD, 0x20, 1, 0x09, 0, 0, 'a'};
  EXPECT_EQ(error_of_decompressing(skippable, kNoLimit), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of_decompressing(unchecked, kNoLimit), ErrorKind::kCorrupt);
}

}  // namespace
}  // namespace vqcodec::codec
