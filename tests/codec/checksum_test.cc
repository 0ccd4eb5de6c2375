#include "codec/checksum.h"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>
#include <vector>

namespace vqcodec::codec {
namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

// The generator of xxHash's own sanity checks, whose results it publishes.
std::vector<std::uint8_t> xxhash_test_bytes(std::size_t size) {
  std::vector<std::uint8_t> bytes;
  std::uint64_t state = 2654435761U;
  for (std::size_t i = 0; i < size; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(state >> 56));
    state *= 11400714785074694797U;
  }
  return bytes;
}

TEST(Checksum, IsXxh3) {
  const std::pair<std::size_t, std::uint64_t> published[] = {
      {0, 0x2D06800538D394C2},  {1, 0xC44BDFF4074EECDB},   {6, 0x27B56A84CD2D7325},
      {12, 0xA713DAF0DFBB77E7}, {24, 0xA3FE70BF9D3510EB},  {48, 0x397DA259ECBA1F11},
      {80, 0xBCDEFBBB2C47C90A}, {195, 0xCD94217EE362EC3A}, {2048, 0xDD59E2C3A5F038E0},
  };
  for (const auto& [size, value] : published) {
    EXPECT_EQ(checksum64(xxhash_test_bytes(size)), value) << size;
    EXPECT_EQ(checksum32(xxhash_test_bytes(size)), value & 0xFFFFFFFF) << size;
  }
}

// FIPS 180-4 examples: e3b0c442 98fc1c14..., ba7816bf 8f01cfea..., 248d6a61 d20638b8...
TEST(Checksum, FingerprintIsTheStartOfSha256InLittleEndian) {
  EXPECT_EQ(fingerprint64({}), 0x141CFC9842C4B0E3U);
  EXPECT_EQ(fingerprint64({bytes_of("abc")}), 0xEACF018FBF1678BAU);
  EXPECT_EQ(
      fingerprint64(
          {bytes_of("abcdbcdecdefdefgefghfghi"), {}, bytes_of("ghijhijkijkljklmklmnlmnomnopnopq")}),
      0xB83806D2616A8D24U);
}

}  // namespace
}  // namespace vqcodec::codec
