// Settings of `cjpeg -sample 2x2 -optimize -progressive -quality <q>`.
#include <cmath>

#include "codec/image_io.h"
#include "codec/jpeg_writer.h"
#include "codec/peers/peer.h"

namespace vqcodec::codec {

PeerCodec jpeg_peer() {
  return {.name = "jpeg",
          .settings = "libjpeg-turbo, 4:2:0, optimized codes, progressive",
          .encode =
              [](const Image& image, double quality) {
                return write_jpeg(image, static_cast<int>(std::lround(quality)),
                                  JpegChroma::kHalved);
              },
          .decode = [](std::span<const std::uint8_t> bytes) { return read_image(bytes); },
          .sweep = {5, 10, 15, 20, 40, 60, 80, 90}};
}

}  // namespace vqcodec::codec
