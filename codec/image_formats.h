// codec/image_formats.h: one reader a file type, for image_io alone.
//
// Each expects bytes that begin as its type does, and holds to the promises of read_image.
#pragma once

#include <cstdint>
#include <span>

#include "codec/image.h"

namespace vqcodec::codec {

Image read_png(std::span<const std::uint8_t> bytes, std::uint64_t max_pixels);
Image read_jpeg(std::span<const std::uint8_t> bytes, std::uint64_t max_pixels);
Image read_ppm(std::span<const std::uint8_t> bytes, std::uint64_t max_pixels);

// To be called before anything of the picture's size is allocated. Throws Error: (kCorrupt) for a
// side of 0 or beyond 2^31 - 1, (kResource) beyond max_pixels.
void check_size(const char* type, std::uint64_t width, std::uint64_t height,
                std::uint64_t max_pixels);

}  // namespace vqcodec::codec
