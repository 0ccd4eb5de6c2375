#include "codec/compression.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

// A frame of n bytes cannot hold more than about n * 2^15 (runs, 3 bytes a block of 128 KiB), so
// the announced size is believed only as far as the bytes can carry it.
constexpr std::uint64_t kMaxExpansion = std::uint64_t{1} << 16;

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

std::vector<std::uint8_t> zstd_compress(std::span<const std::uint8_t> bytes, int level) {
  const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
  if (!context) throw Error(ErrorKind::kResource, "compression: out of memory");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::vector<std::uint8_t> frame(ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compress2(context.get(), frame.data(), frame.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size))
    throw Error(ErrorKind::kResource, "compression: ", ZSTD_getErrorName(size));
  frame.resize(size);
  return frame;
}

std::vector<std::uint8_t> zstd_decompress(std::span<const std::uint8_t> bytes, std::size_t max_size,
                                          const char* what) {
  // Skippable frames and frames without a checksum are not ours.
  constexpr std::array<std::uint8_t, 4> kMagic = {0x28, 0xB5, 0x2F, 0xFD};
  constexpr std::uint8_t kHasChecksum = 1 << 2;
  if (bytes.size() <= kMagic.size() || !std::equal(kMagic.begin(), kMagic.end(), bytes.begin()) ||
      (bytes[kMagic.size()] & kHasChecksum) == 0)
    throw Error(ErrorKind::kCorrupt, what, ": ", bytes.size(),
                " bytes do not begin with a zstd frame that has a checksum");
  const unsigned long long announced = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (announced == ZSTD_CONTENTSIZE_ERROR || announced == ZSTD_CONTENTSIZE_UNKNOWN)
    throw Error(ErrorKind::kCorrupt, what, ": ", bytes.size(),
                " bytes do not begin with a zstd frame of known size");
  if (announced > max_size)
    throw Error(ErrorKind::kCorrupt, what, ": announces ", announced, " bytes, expected at most ",
                max_size);
  if (announced / kMaxExpansion > bytes.size())
    throw Error(ErrorKind::kCorrupt, what, ": announces ", announced, " bytes, more than ",
                bytes.size(), " compressed bytes can hold");
  const std::size_t frame_size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
  if (ZSTD_isError(frame_size) || frame_size != bytes.size())
    throw Error(ErrorKind::kCorrupt, what, ": ", bytes.size(), " bytes, not one whole zstd frame");

  std::vector<std::uint8_t> content(static_cast<std::size_t>(announced));
  const std::size_t size =
      ZSTD_decompress(content.data(), content.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size)) throw Error(ErrorKind::kCorrupt, what, ": ", ZSTD_getErrorName(size));
  if (size != content.size())
    throw Error(ErrorKind::kCorrupt, what, ": holds ", size, " bytes, announces ", content.size());
  return content;
}

}  // namespace vqcodec::codec
