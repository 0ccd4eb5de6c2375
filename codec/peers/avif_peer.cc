// Settings of `avifenc -c aom -s 6 -j 1 -y 444 -d 8 --min <q> --max <q>` and `avifdec -j 1`.
#include <avif/avif.h>

#include <algorithm>
#include <cmath>

#include "codec/peers/c_handle.h"
#include "codec/peers/peer.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

using AvifImage = CHandle<avifImage, avifImageDestroy>;

void check(avifResult result, ErrorKind kind, const char* action) {
  if (result != AVIF_RESULT_OK)
    throw Error(kind, "AVIF peer: ", action, ": ", avifResultToString(result));
}

// Borrows the pixels, which libavif's interface takes as its own to write.
avifRGBImage rgb_view(const avifImage& image, std::uint8_t* pixels, int channels) {
  avifRGBImage rgb;
  avifRGBImageSetDefaults(&rgb, &image);
  rgb.format = AVIF_RGB_FORMAT_RGB;
  rgb.depth = 8;
  rgb.pixels = pixels;
  rgb.rowBytes = image.width * static_cast<std::uint32_t>(channels);
  return rgb;
}

// Full range, BT.601's matrix; grey pictures have no color planes.
AvifImage yuv_image(const Image& image) {
  const bool grey = image.channels == 1;
  auto yuv = owned<avifImageDestroy>(avifImageCreate(
      static_cast<std::uint32_t>(image.width), static_cast<std::uint32_t>(image.height), 8,
      grey ? AVIF_PIXEL_FORMAT_YUV400 : AVIF_PIXEL_FORMAT_YUV444));
  yuv->yuvRange = AVIF_RANGE_FULL;
  yuv->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_BT601;
  if (grey) {
    check(avifImageAllocatePlanes(yuv.get(), AVIF_PLANES_YUV), ErrorKind::kResource, "planes");
    for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y)
      std::copy_n(image.pixels.data() + y * static_cast<std::size_t>(image.width), image.width,
                  yuv->yuvPlanes[AVIF_CHAN_Y] + y * yuv->yuvRowBytes[AVIF_CHAN_Y]);
    return yuv;
  }
  const auto rgb = rgb_view(*yuv, const_cast<std::uint8_t*>(image.pixels.data()), 3);
  check(avifImageRGBToYUV(yuv.get(), &rgb), ErrorKind::kUnsupported, "converting to YUV");
  return yuv;
}

std::vector<std::uint8_t> encode_avif(const Image& image, double quantizer) {
  const auto yuv = yuv_image(image);
  const auto encoder = owned<avifEncoderDestroy>(avifEncoderCreate());
  encoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
  encoder->maxThreads = 1;
  encoder->speed = 6;
  encoder->minQuantizer = encoder->maxQuantizer = static_cast<int>(std::lround(quantizer));
  avifRWData file = AVIF_DATA_EMPTY;
  const auto owner = owned<avifRWDataFree>(&file);
  check(avifEncoderWrite(encoder.get(), yuv.get(), &file), ErrorKind::kUnsupported, "encoding");
  return {file.data, file.data + file.size};
}

Image decode_avif(std::span<const std::uint8_t> bytes) {
  const auto decoder = owned<avifDecoderDestroy>(avifDecoderCreate());
  const auto yuv = owned<avifImageDestroy>(avifImageCreateEmpty());
  decoder->maxThreads = 1;
  check(avifDecoderReadMemory(decoder.get(), yuv.get(), bytes.data(), bytes.size()),
        ErrorKind::kCorrupt, "decoding");
  Image image;
  image.width = static_cast<int>(yuv->width);
  image.height = static_cast<int>(yuv->height);
  image.channels = 3;
  image.pixels.resize(3 * image.area());
  auto rgb = rgb_view(*yuv, image.pixels.data(), image.channels);
  check(avifImageYUVToRGB(yuv.get(), &rgb), ErrorKind::kUnsupported, "converting to RGB");
  return image;
}

}  // namespace

PeerCodec avif_peer() {
  return {.name = "avif",
          .settings = "libavif with libaom, 4:4:4, 8 bits, speed 6, quantizers Q to Q",
          .encode = encode_avif,
          .decode = decode_avif,
          .sweep = {62, 59, 55, 50, 45, 40, 30, 22}};
}

}  // namespace vqcodec::codec
