// codec/image_io.h: picture files to images and back.
//
// The type is told by the content, never by a name. Colors are taken as they stand: no gamma or
// profile is applied, no orientation, but both are kept as metadata.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "codec/image.h"

namespace vqcodec::codec {

inline constexpr std::uint64_t kDefaultMaxPixels = std::uint64_t{1} << 28;

// PNG, JPEG, PPM or PGM (P5, P6). Samples of fewer or more bits are scaled to 8, rounded to
// nearest; palettes become RGB, transparent colors alpha. Throws Error: (kCorrupt) for a damaged
// file of these types, (kUnsupported) for another type or a CMYK JPEG, (kResource) beyond
// max_pixels.
Image read_image(std::span<const std::uint8_t> bytes, std::uint64_t max_pixels = kDefaultMaxPixels);

// Takes a file's bytes, piece by piece; what it throws leaves the writer.
using ByteSink = std::function<void(std::span<const std::uint8_t>)>;

// Row by row, so that a large picture is not there twice. Throws Error(kCorrupt) where a piece of
// metadata is not what its type says.
void write_png(const Image& image, const ByteSink& sink);
std::vector<std::uint8_t> write_png(const Image& image);

// P5 for grey, P6 for RGB. Neither holds alpha or metadata: they are left out.
void write_ppm(const Image& image, const ByteSink& sink);
std::vector<std::uint8_t> write_ppm(const Image& image);

}  // namespace vqcodec::codec
