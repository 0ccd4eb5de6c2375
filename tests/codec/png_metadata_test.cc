// Metadata through PNG files: kept byte for byte, and bounded.
#include "codec/png_metadata.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "codec/image_io.h"
#include "tests/codec/files.h"
#include "tests/codec/png_builder.h"

namespace vqcodec::codec {
namespace {

PngParts small_png() { return {.width = 1, .height = 1, .samples = {7}}; }

std::vector<Metadata> metadata_of_chunk(std::string_view type, const Bytes& payload) {
  PngParts parts = small_png();
  parts.chunks_before = png_chunk(type, payload);
  return read_image(build_png(parts)).metadata;
}

std::optional<ErrorKind> error_of_chunk(std::string_view type, const Bytes& payload) {
  return error_of([&] { metadata_of_chunk(type, payload); });
}

Bytes joined(const Bytes& a, const Bytes& b) {
  Bytes out = a;
  append(out, b);
  return out;
}

const Bytes kZero = {0};

TEST(PngMetadata, SurvivesReadingAndWritingByteForByte) {
  Image image;
  image.width = image.height = image.channels = 1;
  image.pixels = {7};
  Bytes profile(70000);
  std::mt19937 random(7);
  for (auto& byte : profile) byte = static_cast<std::uint8_t>(random());
  image.metadata = {
      {"iCCP", profile},
      {"eXIf", {'I', 'I', 42, 0, 8, 0, 0, 0, 0, 0}},
      {"xmp ", bytes_of("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")},
      {"gAMA", big_endian(45455)},
      {"cHRM", Bytes(32, 9)},
      {"sRGB", {1}},
      {"pHYs", {0, 0, 11, 19, 0, 0, 11, 19, 1}},
      {"tEXt", joined(bytes_of("Title"), joined(kZero, bytes_of("plain")))},
      {"tEXt", joined(bytes_of("Author"), joined(kZero, bytes_of("Jos\xC3\xA9")))},
      {"tEXt", joined(bytes_of("Comment"), joined(kZero, bytes_of("\xE6\x97\xA5\xE6\x9C\xAC")))},
      {"tEXt", joined(bytes_of("Comment"), joined(kZero, bytes_of("cut \xC3")))},
      {"tEXt", joined(bytes_of("Empty"), kZero)},
  };
  EXPECT_EQ(read_image(write_png(image)), image);
}

TEST(PngMetadata, UnpacksProfilesAndText) {
  const Bytes title = joined(bytes_of("Title"), kZero);
  const Bytes text = bytes_of("a longer text");
  const std::vector<Metadata> expected = {{"tEXt", joined(title, text)}};
  EXPECT_EQ(metadata_of_chunk("tEXt", joined(title, text)), expected);
  EXPECT_EQ(metadata_of_chunk("zTXt", joined(title, joined(kZero, packed(text)))), expected);
  const Bytes plain = joined(title, {0, 0, 'e', 'n', 0, 't', 0});
  EXPECT_EQ(metadata_of_chunk("iTXt", joined(plain, text)), expected);
  const Bytes dense = joined(title, {1, 0, 'e', 'n', 0, 't', 0});
  EXPECT_EQ(metadata_of_chunk("iTXt", joined(dense, packed(text))), expected);
  EXPECT_EQ(metadata_of_chunk("iCCP", joined(title, joined(kZero, packed(text)))),
            (std::vector<Metadata>{{"iCCP", text}}));
  const Bytes xmp = joined(bytes_of("XML:com.adobe.xmp"), {0, 0, 0, 0, 0});
  EXPECT_EQ(metadata_of_chunk("iTXt", joined(xmp, text)), (std::vector<Metadata>{{"xmp ", text}}));
}

TEST(PngMetadata, TurnsLatin1IntoUtf8) {
  Bytes latin1, utf8;
  for (int letter = 1; letter < 256; ++letter) {
    latin1.push_back(static_cast<std::uint8_t>(letter));
    if (letter >= 0x80) utf8.push_back(letter < 0xC0 ? 0xC2 : 0xC3);
    utf8.push_back(static_cast<std::uint8_t>(letter < 0xC0 ? letter : letter - 0x40));
  }
  const Bytes title = joined(bytes_of("Title"), kZero);
  EXPECT_EQ(metadata_of_chunk("tEXt", joined(title, latin1)),
            (std::vector<Metadata>{{"tEXt", joined(title, utf8)}}));
}

// libpng would derive gAMA and cHRM from sRGB.
TEST(PngMetadata, InventsNothing) {
  EXPECT_EQ(metadata_of_chunk("sRGB", {0}), (std::vector<Metadata>{{"sRGB", {0}}}));
}

TEST(PngMetadata, FindsChunksBehindThePixels) {
  PngParts parts = small_png();
  parts.chunks_after = png_chunk("eXIf", {1, 2, 3});
  EXPECT_EQ(read_image(build_png(parts)).metadata, (std::vector<Metadata>{{"eXIf", {1, 2, 3}}}));
}

TEST(PngMetadata, KeepsTheFirstOfAKind) {
  PngParts parts = small_png();
  parts.chunks_before = joined(png_chunk("gAMA", big_endian(1)), png_chunk("gAMA", big_endian(2)));
  EXPECT_EQ(read_image(build_png(parts)).metadata,
            (std::vector<Metadata>{{"gAMA", big_endian(1)}}));
}

TEST(PngMetadata, RefusesPayloadsThatAreNotWhatTheTypeSays) {
  const Bytes title = joined(bytes_of("Title"), kZero);
  EXPECT_EQ(error_of_chunk("gAMA", {1, 2, 3}), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of_chunk("cHRM", Bytes(31)), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of_chunk("eXIf", {}), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of_chunk("tEXt", bytes_of("Title")), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of_chunk("tEXt", joined(Bytes(80, 'k'), kZero)), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of_chunk("zTXt", title), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of_chunk("iTXt", joined(title, {0, 0, 'e', 'n'})), ErrorKind::kCorrupt);
  Bytes cut = joined(title, joined(kZero, packed(Bytes(1000, 'a'))));
  cut.pop_back();
  EXPECT_EQ(error_of_chunk("iCCP", cut), ErrorKind::kCorrupt);
}

TEST(PngMetadata, RefusesBombs) {
  const Bytes title = joined(bytes_of("Title"), {0, 0});
  EXPECT_EQ(error_of_chunk("zTXt", joined(title, packed(Bytes((std::size_t{64} << 20) + 1, 'a')))),
            ErrorKind::kCorrupt);
  std::vector<Metadata> metadata;
  const Bytes plain = joined(title, Bytes(std::size_t{64} << 20, 'a'));
  EXPECT_EQ(error_of([&] { append_metadata("tEXt", plain, metadata); }), ErrorKind::kCorrupt);
  // Each within the limit, together not.
  PngParts parts = small_png();
  const Bytes part = png_chunk("zTXt", joined(title, packed(Bytes(std::size_t{17} << 20, 'a'))));
  for (int i = 0; i < 4; ++i) append(parts.chunks_before, part);
  EXPECT_EQ(error_of([&] { read_image(build_png(parts)); }), ErrorKind::kCorrupt);
}

TEST(PngMetadata, WritesNoBrokenChunks) {
  Image image;
  image.width = image.height = image.channels = 1;
  image.pixels = {7};
  for (const Metadata& piece :
       {Metadata{"gAMA", {1}}, Metadata{"tEXt", {'a'}}, Metadata{"tEXt", {0, 'a'}}}) {
    image.metadata = {piece};
    EXPECT_EQ(error_of([&] { write_png(image); }), ErrorKind::kCorrupt) << piece.type;
  }
  image.metadata = {{"futr", {1, 2}}};
  EXPECT_TRUE(read_image(write_png(image)).metadata.empty());
}

}  // namespace
}  // namespace vqcodec::codec
