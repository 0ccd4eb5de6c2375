// Settings of `opj_compress -I -r <24 / bpp>` and `opj_decompress`.
#include <openjpeg.h>

#include <algorithm>
#include <cstring>

#include "codec/peers/c_handle.h"
#include "codec/peers/peer.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

using Stream = CHandle<opj_stream_t, opj_stream_destroy>;
using Picture = CHandle<opj_image_t, opj_image_destroy>;

// A file in memory under the library's hand, which also leaves gaps to fill later.
struct MemoryFile {
  std::vector<std::uint8_t> bytes;
  std::size_t position = 0;
};

constexpr auto kEnd = static_cast<OPJ_SIZE_T>(-1);

OPJ_SIZE_T read_some(void* out, OPJ_SIZE_T size, void* user) {
  auto& file = *static_cast<MemoryFile*>(user);
  if (file.position >= file.bytes.size()) return kEnd;
  const std::size_t count = std::min(size, file.bytes.size() - file.position);
  std::memcpy(out, file.bytes.data() + file.position, count);
  file.position += count;
  return count;
}

OPJ_SIZE_T write_all(void* in, OPJ_SIZE_T size, void* user) {
  auto& file = *static_cast<MemoryFile*>(user);
  file.bytes.resize(std::max(file.bytes.size(), file.position + size));
  std::memcpy(file.bytes.data() + file.position, in, size);
  file.position += size;
  return size;
}

OPJ_BOOL seek(OPJ_OFF_T position, void* user) {
  if (position < 0) return OPJ_FALSE;
  static_cast<MemoryFile*>(user)->position = static_cast<std::size_t>(position);
  return OPJ_TRUE;
}

OPJ_OFF_T skip(OPJ_OFF_T count, void* user) {
  const auto& file = *static_cast<MemoryFile*>(user);
  return seek(static_cast<OPJ_OFF_T>(file.position) + count, user) ? count : -1;
}

Stream stream_of(MemoryFile& file, bool reading) {
  auto stream =
      owned<opj_stream_destroy>(opj_stream_default_create(reading ? OPJ_TRUE : OPJ_FALSE));
  opj_stream_set_user_data(stream.get(), &file, nullptr);
  opj_stream_set_user_data_length(stream.get(), file.bytes.size());
  opj_stream_set_read_function(stream.get(), read_some);
  opj_stream_set_write_function(stream.get(), write_all);
  opj_stream_set_seek_function(stream.get(), seek);
  opj_stream_set_skip_function(stream.get(), skip);
  return stream;
}

Picture planes_of(const Image& image) {
  const auto channels = static_cast<std::size_t>(image.channels);
  std::vector<opj_image_cmptparm_t> planes(channels);
  for (auto& plane : planes) {
    plane = {};
    plane.dx = plane.dy = 1;
    plane.w = static_cast<OPJ_UINT32>(image.width);
    plane.h = static_cast<OPJ_UINT32>(image.height);
    plane.prec = 8;
  }
  auto picture =
      owned<opj_image_destroy>(opj_image_create(static_cast<OPJ_UINT32>(channels), planes.data(),
                                                channels == 1 ? OPJ_CLRSPC_GRAY : OPJ_CLRSPC_SRGB));
  picture->x1 = static_cast<OPJ_UINT32>(image.width);
  picture->y1 = static_cast<OPJ_UINT32>(image.height);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    picture->comps[i % channels].data[i / channels] = image.pixels[i];
  return picture;
}

std::vector<std::uint8_t> encode_jpeg2000(const Image& image, double rate_bpp) {
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  parameters.irreversible = 1;  // 9-7 wavelet
  parameters.tcp_mct = image.channels == 3 ? 1 : 0;
  parameters.tcp_numlayers = 1;
  parameters.tcp_rates[0] = static_cast<float>(8 * image.channels / rate_bpp);
  parameters.cp_disto_alloc = 1;
  const int side = std::min(image.width, image.height);
  while (side >> (parameters.numresolution - 1) == 0) --parameters.numresolution;
  const auto picture = planes_of(image);
  MemoryFile file;
  const auto stream = stream_of(file, /*reading=*/false);
  const auto codec = owned<opj_destroy_codec>(opj_create_compress(OPJ_CODEC_JP2));
  if (!opj_setup_encoder(codec.get(), &parameters, picture.get()) ||
      !opj_start_compress(codec.get(), picture.get(), stream.get()) ||
      !opj_encode(codec.get(), stream.get()) || !opj_end_compress(codec.get(), stream.get()))
    throw Error(ErrorKind::kUnsupported, "JPEG 2000 peer: cannot encode ", image.width, "x",
                image.height, " pixels at ", rate_bpp, " bpp");
  return std::move(file.bytes);
}

Image interleaved(const opj_image_t& picture) {
  Image image;
  image.width = static_cast<int>(picture.comps[0].w);
  image.height = static_cast<int>(picture.comps[0].h);
  image.channels = static_cast<int>(picture.numcomps);
  const std::size_t channels = picture.numcomps;
  image.pixels.resize(channels * image.area());
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(
        std::clamp(picture.comps[i % channels].data[i / channels], 0, 255));
  return image;
}

Image decode_jpeg2000(std::span<const std::uint8_t> bytes) {
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  MemoryFile file{.bytes = {bytes.begin(), bytes.end()}};
  const auto stream = stream_of(file, /*reading=*/true);
  const auto codec = owned<opj_destroy_codec>(opj_create_decompress(OPJ_CODEC_JP2));
  opj_image_t* header = nullptr;
  const bool found = opj_setup_decoder(codec.get(), &parameters) &&
                     opj_read_header(stream.get(), codec.get(), &header);
  const Picture picture(header);
  if (!found || !opj_decode(codec.get(), stream.get(), picture.get()) ||
      !opj_end_decompress(codec.get(), stream.get()) || picture->comps[0].data == nullptr)
    throw Error(ErrorKind::kCorrupt, "JPEG 2000 peer: cannot decode ", bytes.size(), " bytes");
  return interleaved(*picture);
}

}  // namespace

PeerCodec jpeg2000_peer() {
  return {.name = "jp2",
          .settings = "OpenJPEG, 9-7 wavelet, irreversible color transform, rate in bpp",
          .encode = encode_jpeg2000,
          .decode = decode_jpeg2000,
          .sweep = {0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5}};
}

}  // namespace vqcodec::codec
