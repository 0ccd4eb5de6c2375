#include <gtest/gtest.h>

#include <string>

#include "codec/image_io.h"
#include "tests/codec/files.h"

namespace vqcodec::codec {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }
Image read(const std::string& text) { return read_image(bytes_of(text)); }
std::optional<ErrorKind> error_of_reading(const std::string& text) {
  return error_of([&] { read(text); });
}

TEST(Ppm, ReadsGreyAndColor) {
  const Image grey = read("P5 2 1 255\nab");
  EXPECT_EQ(grey.channels, 1);
  EXPECT_EQ(grey.pixels, bytes_of("ab"));
  const Image color = read("P6\n1 2\n255\nabcdef");
  EXPECT_EQ(color.channels, 3);
  EXPECT_EQ(color.width, 1);
  EXPECT_EQ(color.height, 2);
  EXPECT_EQ(color.pixels, bytes_of("abcdef"));
}

TEST(Ppm, SkipsCommentsAndAnyWhiteSpace) {
  EXPECT_EQ(read("P5# a comment\n\t# 7 7\r\n 2\v\f1 #\n#\n255\nab").pixels, bytes_of("ab"));
  // One white space ends the header, whatever the first sample looks like.
  EXPECT_EQ(read("P5 2 1 255\n \n").pixels, bytes_of(" \n"));
}

TEST(Ppm, RoundsEveryValueToNearest) {
  for (const std::uint32_t max : {1U, 2U, 100U, 255U, 256U, 1023U, 65535U}) {
    std::string text = "P5 " + std::to_string(max + 1) + " 1 " + std::to_string(max) + "\n";
    for (std::uint32_t v = 0; v <= max; ++v) {
      if (max > 255) text += static_cast<char>(v >> 8);
      text += static_cast<char>(v & 255);
    }
    const Image image = read(text);
    for (std::uint32_t v = 0; v <= max; ++v)
      ASSERT_NEAR(image.pixels[v], v * 255.0 / max, 0.5) << v << " of " << max;
  }
  EXPECT_EQ(read("P5 1 1 1023\n\3\377").source_bits, 10);
}

TEST(Ppm, RefusesHostileHeaders) {
  for (const char* text :
       {"P5", "P5 ", "P5 1", "P5 1 1", "P5 1 1 255", "P5 1 1 255x", "P5 -1 1 255\na",
        "P5 0 1 255\n", "P5 1 0 255\n", "P5 1 1 0\na", "P5 1 1 65536\nab", "P5 a 1 255\na",
        "P5 1.0 1 255\na", "P5 99999999999999999999 1 255\na", "P5 18446744073709551617 1 255\na",
        "P5 16384 16384 255\na", "P6 2147483648 1 255\n", "P5 #", "P5 1 1 7\n\10"})
    EXPECT_EQ(error_of_reading(text), ErrorKind::kCorrupt) << text;
  EXPECT_EQ(error_of_reading(std::string("P5 1 1 0\n\0", 10)), ErrorKind::kCorrupt);
  EXPECT_EQ(error_of_reading("P6 2147483647 2147483647 255\n"), ErrorKind::kResource);
}

TEST(Ppm, RefusesTooFewAndTooManySamples) {
  const std::string whole = "P6 2 2 65535\n" + std::string(24, 'a');
  EXPECT_EQ(error_of_reading(whole), std::nullopt);
  EXPECT_EQ(error_of_reading(whole + "a"), ErrorKind::kCorrupt);
  for (std::size_t size = 2; size < whole.size(); ++size)
    EXPECT_EQ(error_of_reading(whole.substr(0, size)), ErrorKind::kCorrupt) << size;
}

}  // namespace
}  // namespace vqcodec::codec
