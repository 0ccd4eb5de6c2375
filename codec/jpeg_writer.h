// codec/jpeg_writer.h: pictures to JPEG, to compare with and to show; optimized and progressive.
#pragma once

#include <cstdint>
#include <vector>

#include "codec/image.h"

namespace vqcodec::codec {

enum class JpegChroma { kFull, kHalved };  // 4:4:4, 4:2:0

// quality: 0..100, as of cjpeg. Alpha and metadata are left out. Throws Error(kUnsupported) for a
// side that JPEG cannot hold.
std::vector<std::uint8_t> write_jpeg(const Image& image, int quality, JpegChroma chroma);

}  // namespace vqcodec::codec
