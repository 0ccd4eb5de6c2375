// The PNG reader, with files made here chunk by chunk and pairs of PngSuite that show one picture.
#include <gtest/gtest.h>

#include <random>

#include "codec/image_io.h"
#include "tests/codec/files.h"
#include "tests/codec/png_builder.h"

namespace vqcodec::codec {
namespace {

Image suite_image(const std::string& name) {
  return read_image(file_bytes(testdata("pngsuite") / (name + ".png")));
}

TEST(PngReader, InterlacedAndPlainFilesShowTheSamePicture) {
  for (const char* rest : {"0g01", "0g02", "0g04", "0g08", "0g16", "2c08", "2c16", "3p01", "3p02",
                           "3p04", "3p08", "4a08", "4a16", "6a08", "6a16"}) {
    const Image interlaced = suite_image(std::string("basi") + rest);
    const Image plain = suite_image(std::string("basn") + rest);
    EXPECT_EQ(interlaced.pixels, plain.pixels) << rest;
    EXPECT_EQ(interlaced.alpha, plain.alpha) << rest;
  }
  EXPECT_EQ(suite_image("s01i3p01").pixels, suite_image("s01n3p01").pixels);
  EXPECT_EQ(suite_image("s09i3p02").pixels, suite_image("s09n3p02").pixels);
  EXPECT_EQ(suite_image("oi2n0g16").pixels, suite_image("basn0g16").pixels);  // two IDAT chunks
}

TEST(PngReader, RoundsEvery16BitValueToNearest) {
  PngParts parts{.width = 256, .height = 256, .depth = 16, .color_type = 0};
  for (std::uint32_t v = 0; v < 65536; ++v)
    append(parts.samples, {big_endian(v)[2], big_endian(v)[3]});
  const Image image = read_image(build_png(parts));
  EXPECT_EQ(image.source_bits, 16);
  for (std::uint32_t v = 0; v < 65536; ++v)
    ASSERT_EQ(image.pixels[v], (v * 255 + 32767) / 65535) << v;
}

TEST(PngReader, SpreadsLowDepthsOverTheWholeRange) {
  for (const std::uint8_t depth : Bytes{1, 2, 4}) {
    const std::uint32_t values = 1U << depth;
    PngParts parts{.width = values, .height = 1, .depth = depth, .color_type = 0};
    parts.samples.resize((values * depth + 7) / 8);
    for (std::uint32_t v = 0; v < values; ++v)
      parts.samples[v * depth / 8] |= static_cast<std::uint8_t>(v << (8 - depth - v * depth % 8));
    const Image image = read_image(build_png(parts));
    EXPECT_EQ(image.source_bits, depth);
    for (std::uint32_t v = 0; v < values; ++v)
      EXPECT_EQ(image.pixels[v], v * 255 / (values - 1)) << int{depth};
  }
}

TEST(PngReader, AppliesNoGamma) {
  PngParts parts{.width = 4, .height = 1, .samples = {0, 4, 8, 12}};
  parts.chunks_before = png_chunk("gAMA", big_endian(100000));
  EXPECT_EQ(read_image(build_png(parts)).pixels, (Bytes{0, 4, 8, 12}));
}

TEST(PngReader, TakesTransparencyOfPalettesByEntry) {
  PngParts parts{.width = 3, .height = 1, .color_type = 3, .samples = {2, 1, 0}};
  parts.chunks_before = png_chunk("PLTE", {1, 2, 3, 4, 5, 6, 7, 8, 9});
  append(parts.chunks_before, png_chunk("tRNS", {50, 60}));
  const Image image = read_image(build_png(parts));
  EXPECT_EQ(image.channels, 3);
  EXPECT_EQ(image.pixels, (Bytes{7, 8, 9, 4, 5, 6, 1, 2, 3}));
  EXPECT_EQ(image.alpha, (Bytes{255, 60, 50}));
}

// 0x1234 is transparent, 0x1235 is not, though both are 18 in 8 bits.
TEST(PngReader, ComparesTheTransparentColorBeforeItRounds) {
  PngParts parts{.width = 2, .height = 1, .depth = 16, .samples = {0x12, 0x34, 0x12, 0x35}};
  parts.chunks_before = png_chunk("tRNS", {0x12, 0x34});
  const Image image = read_image(build_png(parts));
  EXPECT_EQ(image.pixels, (Bytes{18, 18}));
  EXPECT_EQ(image.alpha, (Bytes{0, 255}));
}

TEST(PngReader, CallsEveryCutFileCorrupt) {
  const Bytes file = file_bytes(testdata("pngsuite/basn6a08.png"));
  for (std::size_t size = 0; size < file.size(); ++size)
    EXPECT_EQ(error_of([&] { read_image(std::span(file).first(size)); }), ErrorKind::kCorrupt)
        << size;
}

// Every byte of a PNG is under a CRC, but for those of the lengths, types and CRCs themselves.
TEST(PngReader, CallsEveryDamagedFileCorrupt) {
  PngParts parts{.width = 5, .height = 3, .samples = Bytes(15, 77)};
  parts.chunks_before = png_chunk("eXIf", Bytes(9, 1));
  const Bytes file = build_png(parts);
  for (std::size_t i = 8; i < file.size(); ++i) {
    Bytes damaged = file;
    damaged[i] ^= 1;
    EXPECT_EQ(error_of([&] { read_image(damaged); }), ErrorKind::kCorrupt) << i;
  }
}

TEST(PngReader, RefusesSizesThatTheFileCannotHold) {
  const PngParts parts{.width = 16384, .height = 16384, .samples = {}};
  const auto call = [&] { read_image(build_png(parts)); };
  EXPECT_EQ(error_of(call), ErrorKind::kCorrupt);
  EXPECT_NE(message_of(call).find("cannot hold"), std::string::npos);
}

TEST(PngReader, RefusesPicturesBeyondTheLimit) {
  const PngParts parts{.width = 0x7FFFFFFF, .height = 0x7FFFFFFF, .samples = {}};
  EXPECT_EQ(error_of([&] { read_image(build_png(parts)); }), ErrorKind::kResource);
}

TEST(PngReader, AnyBytesGiveAPictureOrAnError) {
  const Bytes file = file_bytes(testdata("pngsuite/basi3p08.png"));
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    Bytes damaged = file;
    for (int i = 0; i < 3; ++i)
      damaged[random() % file.size()] = static_cast<std::uint8_t>(random());
    error_of([&] { read_image(damaged); });
  }
}

}  // namespace
}  // namespace vqcodec::codec
