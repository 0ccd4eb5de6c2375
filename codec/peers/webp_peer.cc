// Settings of `cwebp -m 6 -q <q>` and `dwebp`.
#include <webp/decode.h>
#include <webp/encode.h>

#include "codec/peers/c_handle.h"
#include "codec/peers/peer.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

// (height, width, 3)
std::vector<std::uint8_t> rgb_samples(const Image& image) {
  if (image.channels == 3) return image.pixels;
  std::vector<std::uint8_t> samples;
  samples.reserve(3 * image.pixels.size());
  for (const std::uint8_t grey : image.pixels) samples.insert(samples.end(), 3, grey);
  return samples;
}

std::vector<std::uint8_t> encode_webp(const Image& image, double quality) {
  WebPConfig config;
  WebPPicture picture;
  WebPMemoryWriter memory;
  if (!WebPConfigInit(&config) || !WebPPictureInit(&picture))
    throw Error(ErrorKind::kInternal, "WebP peer: the library is of another version");
  WebPMemoryWriterInit(&memory);
  const auto picture_owner = owned<WebPPictureFree>(&picture);
  const auto memory_owner = owned<WebPMemoryWriterClear>(&memory);
  config.quality = static_cast<float>(quality);
  config.method = 6;
  picture.width = image.width;
  picture.height = image.height;
  picture.writer = WebPMemoryWrite;
  picture.custom_ptr = &memory;
  if (!WebPPictureImportRGB(&picture, rgb_samples(image).data(), 3 * image.width) ||
      !WebPEncode(&config, &picture))
    throw Error(ErrorKind::kUnsupported, "WebP peer: error ", picture.error_code,
                " while encoding ", image.width, "x", image.height, " pixels at quality ", quality);
  return {memory.mem, memory.mem + memory.size};
}

Image decode_webp(std::span<const std::uint8_t> bytes) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config))
    throw Error(ErrorKind::kInternal, "WebP peer: the library is of another version");
  if (WebPGetFeatures(bytes.data(), bytes.size(), &config.input) != VP8_STATUS_OK)
    throw Error(ErrorKind::kCorrupt, "WebP peer: ", bytes.size(), " bytes are no WebP file");
  Image image;
  image.width = config.input.width;
  image.height = config.input.height;
  image.channels = 3;
  image.pixels.resize(3 * image.area());
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {
      .rgba = image.pixels.data(), .stride = 3 * image.width, .size = image.pixels.size()};
  const VP8StatusCode status = WebPDecode(bytes.data(), bytes.size(), &config);
  if (status != VP8_STATUS_OK)
    throw Error(ErrorKind::kCorrupt, "WebP peer: error ", status, " while decoding");
  return image;
}

}  // namespace

PeerCodec webp_peer() {
  return {.name = "webp",
          .settings = "libwebp, lossy, 4:2:0, method 6",
          .encode = encode_webp,
          .decode = decode_webp,
          .sweep = {0, 5, 10, 20, 40, 60, 80, 90}};
}

}  // namespace vqcodec::codec
