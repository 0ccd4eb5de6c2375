#include "tools/evaluate/shown_pictures.h"

#include <openssl/evp.h>

#include <algorithm>

#include "codec/image_io.h"
#include "codec/jpeg_writer.h"
#include "codec/metrics.h"
#include "entropy/error.h"
#include "tools/evaluate/equal_bytes.h"

namespace vqcodec::tools {
namespace {

constexpr int kShownJpegQuality = 95;

std::string base64(std::span<const std::uint8_t> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and a zero at the end
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

codec::Rectangle middle(const codec::Image& image, int side_pixels) {
  const int width = std::min(image.width, side_pixels),
            height = std::min(image.height, side_pixels);
  return {.x = (image.width - width) / 2,
          .y = (image.height - height) / 2,
          .width = width,
          .height = height};
}

codec::Image cut(const codec::Image& image, const codec::Rectangle& part) {
  codec::Image result;
  result.width = part.width;
  result.height = part.height;
  result.channels = image.channels;
  const auto channels = static_cast<std::size_t>(image.channels);
  const auto row = [&](int y) {
    const auto start = static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                       static_cast<std::size_t>(part.x);
    return std::span(image.pixels)
        .subspan(start * channels, static_cast<std::size_t>(part.width) * channels);
  };
  for (int y = part.y; y < part.y + part.height; ++y)
    result.pixels.insert(result.pixels.end(), row(y).begin(), row(y).end());
  return result;
}

ShownVersion version_of(const codec::PeerCodec& codec, const SizedFile& file,
                        const codec::Image& original, const codec::Rectangle& part) {
  const auto decoded = codec.decode(file.bytes);
  return {.codec = codec.name,
          .setting = file.setting,
          .size_bytes = file.bytes.size(),
          .rate_bpp = codec::bits_per_pixel(file.bytes.size(), original),
          .psnr_db = codec::psnr_rgb_db(original, decoded),
          .data_url = data_url(cut(decoded, part))};
}

}  // namespace

std::string data_url(const codec::Image& image) {
  codec::Image opaque = image;
  opaque.alpha.clear();
  opaque.metadata.clear();
  const auto png = write_png(opaque);
  const auto jpeg = write_jpeg(opaque, kShownJpegQuality, codec::JpegChroma::kFull);
  return jpeg.size() < png.size() ? "data:image/jpeg;base64," + base64(jpeg)
                                  : "data:image/png;base64," + base64(png);
}

ShownPicture shown_picture(const std::string& name, const codec::Image& picture,
                           const codec::PeerCodec& ours, double setting,
                           std::span<const codec::PeerCodec> others, int side_pixels) {
  ShownPicture shown{.name = name,
                     .width = picture.width,
                     .height = picture.height,
                     .part = middle(picture, side_pixels),
                     .versions = {}};
  shown.versions.push_back({.codec = "original", .data_url = data_url(cut(picture, shown.part))});
  const SizedFile our_file{.setting = setting, .bytes = ours.encode(picture, setting)};
  shown.versions.push_back(version_of(ours, our_file, picture, shown.part));
  for (const auto& codec : others) try {
      const auto file = file_within(codec, picture, our_file.bytes.size());
      shown.versions.push_back(version_of(codec, file, picture, shown.part));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kUnsupported) throw;
    }
  return shown;
}

}  // namespace vqcodec::tools
