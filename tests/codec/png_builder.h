// tests/codec/png_builder.h: PNG files made chunk by chunk, without libpng.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace vqcodec::codec {

using Bytes = std::vector<std::uint8_t>;

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

inline void append(Bytes& out, const Bytes& bytes) {
  for (const std::uint8_t byte : bytes) out.push_back(byte);
}

inline Bytes big_endian(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

inline Bytes packed(const Bytes& content) {
  uLongf size = compressBound(content.size());
  Bytes out(size);
  compress2(out.data(), &size, content.data(), content.size(), 1);
  out.resize(size);
  return out;
}

inline Bytes png_chunk(std::string_view type, const Bytes& payload) {
  Bytes body = bytes_of(type);
  append(body, payload);
  Bytes chunk = big_endian(static_cast<std::uint32_t>(payload.size()));
  append(chunk, body);
  append(chunk, big_endian(static_cast<std::uint32_t>(
                    crc32(0, body.data(), static_cast<uInt>(body.size())))));
  return chunk;
}

struct PngParts {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint8_t depth = 8;
  std::uint8_t color_type = 0;  // 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
  Bytes samples = {};           // rows without their filter bytes
  Bytes chunks_before = {};     // between IHDR and IDAT
  Bytes chunks_after = {};      // between IDAT and IEND
};

inline Bytes build_png(const PngParts& parts) {
  Bytes header = big_endian(parts.width);
  append(header, big_endian(parts.height));
  append(header, {parts.depth, parts.color_type, 0, 0, 0});
  Bytes rows;
  const std::size_t row_bytes = parts.height == 0 ? 0 : parts.samples.size() / parts.height;
  for (std::size_t y = 0; y < parts.height && row_bytes > 0; ++y) {
    rows.push_back(0);  // no filter
    const auto row = parts.samples.begin() + static_cast<std::ptrdiff_t>(y * row_bytes);
    rows.insert(rows.end(), row, row + static_cast<std::ptrdiff_t>(row_bytes));
  }
  Bytes file = bytes_of("\x89PNG\r\n\x1a\n");
  append(file, png_chunk("IHDR", header));
  append(file, parts.chunks_before);
  append(file, png_chunk("IDAT", packed(rows)));
  append(file, parts.chunks_after);
  append(file, png_chunk("IEND", {}));
  return file;
}

}  // namespace vqcodec::codec
