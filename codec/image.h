// codec/image.h: an 8-bit picture with what travels beside its colors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace vqcodec::codec {

// One piece of metadata, kept byte for byte. Types are four letters: "iCCP" (profile,
// uncompressed), "eXIf" (as in PNG: without the "Exif\0\0" prefix), "xmp " (packet), "gAMA",
// "cHRM", "sRGB", "pHYs" (as in PNG), "tEXt" (keyword, 0, text in UTF-8).
struct Metadata {
  std::string type;
  std::vector<std::uint8_t> bytes;

  bool operator==(const Metadata&) const = default;
};

struct Image {
  int width = 0;
  int height = 0;
  int channels = 0;                  // 1 (grey) or 3 (RGB)
  std::vector<std::uint8_t> pixels;  // (height, width, channels)
  std::vector<std::uint8_t> alpha;   // (height, width), or empty: opaque
  std::vector<Metadata> metadata;
  int source_bits = 8;  // bits a sample in the file it came from, 1..16

  std::size_t area() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  }
  bool operator==(const Image&) const = default;
};

struct Rectangle {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  bool operator==(const Rectangle&) const = default;
};

}  // namespace vqcodec::codec
