// Settings of `cjxl -e 7 -d <distance>` and `djxl`, without threads.
#include <jxl/decode.h>
#include <jxl/encode.h>

#include "codec/peers/c_handle.h"
#include "codec/peers/peer.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

using Encoder = CHandle<JxlEncoder, JxlEncoderDestroy>;

JxlPixelFormat pixel_format(int channels) {
  return {.num_channels = static_cast<std::uint32_t>(channels),
          .data_type = JXL_TYPE_UINT8,
          .endianness = JXL_NATIVE_ENDIAN,
          .align = 0};
}

void check(JxlEncoderStatus status, const Encoder& encoder, const char* action) {
  if (status != JXL_ENC_SUCCESS)
    throw Error(ErrorKind::kUnsupported, "JPEG XL peer: ", action, ": error ",
                JxlEncoderGetError(encoder.get()));
}

// Lossy (XYB), sRGB.
void describe(const Image& image, const Encoder& encoder) {
  JxlBasicInfo info;
  JxlEncoderInitBasicInfo(&info);
  info.xsize = static_cast<std::uint32_t>(image.width);
  info.ysize = static_cast<std::uint32_t>(image.height);
  info.bits_per_sample = 8;
  info.num_color_channels = static_cast<std::uint32_t>(image.channels);
  info.uses_original_profile = JXL_FALSE;
  check(JxlEncoderSetBasicInfo(encoder.get(), &info), encoder, "picture");
  JxlColorEncoding color;
  JxlColorEncodingSetToSRGB(&color, image.channels == 1 ? JXL_TRUE : JXL_FALSE);
  check(JxlEncoderSetColorEncoding(encoder.get(), &color), encoder, "colors");
}

std::vector<std::uint8_t> output_of(const Encoder& encoder) {
  std::vector<std::uint8_t> file(1 << 16);
  std::uint8_t* next = file.data();
  std::size_t free_bytes = file.size();
  JxlEncoderStatus status;
  while ((status = JxlEncoderProcessOutput(encoder.get(), &next, &free_bytes)) ==
         JXL_ENC_NEED_MORE_OUTPUT) {
    const std::size_t written = file.size() - free_bytes;
    file.resize(2 * file.size());
    next = file.data() + written;
    free_bytes = file.size() - written;
  }
  check(status, encoder, "encoding");
  file.resize(file.size() - free_bytes);
  return file;
}

std::vector<std::uint8_t> encode_jxl(const Image& image, double distance) {
  const auto encoder = owned<JxlEncoderDestroy>(JxlEncoderCreate(nullptr));
  describe(image, encoder);
  auto* settings = JxlEncoderFrameSettingsCreate(encoder.get(), nullptr);  // the encoder's
  check(JxlEncoderFrameSettingsSetOption(settings, JXL_ENC_FRAME_SETTING_EFFORT, 7), encoder,
        "effort");
  check(JxlEncoderSetFrameDistance(settings, static_cast<float>(distance)), encoder, "distance");
  const auto format = pixel_format(image.channels);
  check(JxlEncoderAddImageFrame(settings, &format, image.pixels.data(), image.pixels.size()),
        encoder, "pixels");
  JxlEncoderCloseInput(encoder.get());
  return output_of(encoder);
}

using Decoder = CHandle<JxlDecoder, JxlDecoderDestroy>;

Image empty_picture(const Decoder& decoder) {
  JxlBasicInfo info;
  if (JxlDecoderGetBasicInfo(decoder.get(), &info) != JXL_DEC_SUCCESS)
    throw Error(ErrorKind::kCorrupt, "JPEG XL peer: no header");
  Image image;
  image.width = static_cast<int>(info.xsize);
  image.height = static_cast<int>(info.ysize);
  image.channels = static_cast<int>(info.num_color_channels);
  image.pixels.resize(image.area() * info.num_color_channels);
  return image;
}

Image decode_jxl(std::span<const std::uint8_t> bytes) {
  const auto decoder = owned<JxlDecoderDestroy>(JxlDecoderCreate(nullptr));
  JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE);
  JxlDecoderSetInput(decoder.get(), bytes.data(), bytes.size());
  JxlDecoderCloseInput(decoder.get());
  Image image;
  for (;;) {
    const auto status = JxlDecoderProcessInput(decoder.get());
    if (status == JXL_DEC_BASIC_INFO) {
      image = empty_picture(decoder);
    } else if (status == JXL_DEC_NEED_IMAGE_OUT_BUFFER) {
      const auto format = pixel_format(image.channels);
      JxlDecoderSetImageOutBuffer(decoder.get(), &format, image.pixels.data(), image.pixels.size());
    } else if (status == JXL_DEC_FULL_IMAGE) {
      return image;
    } else {
      throw Error(ErrorKind::kCorrupt, "JPEG XL peer: status ", status, " while decoding");
    }
  }
}

}  // namespace

PeerCodec jxl_peer() {
  return {.name = "jxl",
          .settings = "libjxl, XYB, effort 7, distance",
          .encode = encode_jxl,
          .decode = decode_jxl,
          .sweep = {25, 15, 10, 6, 4, 3, 2, 1}};
}

}  // namespace vqcodec::codec
