#include "entropy/byte_io.h"

#include <gtest/gtest.h>

#include <string>

#include "entropy/error.h"

namespace vqcodec::entropy {
namespace {

ErrorKind kind_of(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::kInternal;
}

TEST(ByteIo, ReadsBackWhatWasWritten) {
  ByteWriter out;
  out.u8(0xFE);
  out.u16(0x1234);
  out.u32(0x89ABCDEF);
  out.u64(0x0123456789ABCDEF);
  const std::vector<std::uint8_t> blob = {1, 2, 3};
  out.bytes(blob);
  const auto bytes = out.take();
  EXPECT_EQ(bytes[1], 0x34) << "little-endian";

  ByteReader in(bytes);
  EXPECT_EQ(in.u8("a"), 0xFE);
  EXPECT_EQ(in.u16("b"), 0x1234);
  EXPECT_EQ(in.u32("c"), 0x89ABCDEF);
  EXPECT_EQ(in.u64("d"), 0x0123456789ABCDEF);
  ByteReader section = in.section(3, "blob");
  EXPECT_EQ(section.u16("e"), 0x0201);
  EXPECT_EQ(section.remaining(), 1U);
  EXPECT_EQ(in.remaining(), 0U);
  EXPECT_NO_THROW(in.expect_end());
  EXPECT_EQ(kind_of([&] { section.expect_end(); }), ErrorKind::kCorrupt);
}

TEST(ByteIo, VarintsReturnAndTakeOneByteForSevenBits) {
  for (int bits = 0; bits <= 64; ++bits) {
    for (const std::uint64_t offset : {0U, 1U}) {
      const std::uint64_t value = (bits == 64 ? 0 : std::uint64_t{1} << bits) - offset;
      ByteWriter out;
      out.varint(value);
      std::size_t expected = 1;
      for (std::uint64_t rest = value >> 7; rest > 0; rest >>= 7) ++expected;
      EXPECT_EQ(out.size(), expected);
      ByteReader in(out.view());
      EXPECT_EQ(in.varint("value"), value);
      EXPECT_EQ(in.remaining(), 0U);
    }
  }
}

TEST(ByteIo, RefusesVarintsThatAreOverlongTooLargeOrCut) {
  const std::vector<std::vector<std::uint8_t>> broken = {
      {},
      {0x80},
      {0x80, 0x00},
      {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02},
      {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0x01}};
  for (const auto& bytes : broken) {
    ByteReader in(bytes);
    EXPECT_EQ(kind_of([&] { in.varint("value"); }), ErrorKind::kCorrupt);
  }
  const std::vector<std::uint8_t> five = {5};
  EXPECT_EQ(ByteReader(five).varint("value", 5), 5U);
  EXPECT_EQ(kind_of([&] { ByteReader(five).varint("value", 4); }), ErrorKind::kCorrupt);
}

TEST(ByteIo, NeverPassesTheEndAndNamesWhatWasRead) {
  const std::vector<std::uint8_t> bytes(7);
  ByteReader in(bytes, "header");
  in.u32("magic");
  try {
    in.u32("width");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCorrupt);
    EXPECT_STREQ(error.what(), "header: width at byte 4 needs 4 bytes, 3 are left");
  }
  EXPECT_EQ(kind_of([&] { in.bytes(~std::uint64_t{0}, "blob"); }), ErrorKind::kCorrupt);
  EXPECT_EQ(in.remaining(), 3U) << "a refused read leaves the position";
}

}  // namespace
}  // namespace vqcodec::entropy
