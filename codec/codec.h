// codec/codec.h: the public API: picture to `.vqc` bytes and back. The format: codec/FORMAT.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "codec/image.h"
#include "codec/model_file.h"
#include "codec/transform.h"

namespace vqcodec::codec {

// Seconds by stage, in order of first use; for --timings.
using Timings = std::vector<std::pair<std::string, double>>;

struct CompressOptions {
  int quality = 5;  // 1..8; ignored with a target
  std::optional<double> target_bpp = {};
  std::optional<std::size_t> target_size_bytes = {};  // never exceeded
  std::optional<double> target_psnr_db = {};          // at least that
  bool strip = false;                                 // leave metadata out
  std::optional<int> tile_size = {};  // 32, 64 .. 1024 pixels; by the picture's size
  int threads = 1;
};

struct DecompressOptions {
  int levels = 0;  // decode only the first so many; 0: all
  std::optional<Rectangle> crop = {};
  int threads = 1;
  std::uint64_t max_pixels = std::uint64_t{1} << 28;
};

// Throws Error(kUsage) naming the nearest possible target where a target cannot be met.
std::vector<std::uint8_t> compress(const Image& image, const ModelFile& model, Transform& transform,
                                   const CompressOptions& options, Timings* timings = nullptr);

// Throws Error(kCorrupt) for damage, (kUnsupported) for a whole file of another version or model,
// (kResource) beyond max_pixels.
Image decompress(std::span<const std::uint8_t> bytes, const ModelFile& model, Transform& transform,
                 const DecompressOptions& options, Timings* timings = nullptr);

// Bytes of the file that decompress() looks at: those of other tiles and levels it leaves alone.
// Throws as decompress() does.
std::uint64_t bytes_read(std::span<const std::uint8_t> bytes, const Transform& transform,
                         const DecompressOptions& options);

// The header and the table of chunks, checked by their checksum; needs no model. Accepts a cut
// file.
struct LevelSummary {
  std::uint64_t size_bytes = 0;
  std::uint64_t codes = 0;  // positions x groups; 0 where the model is not at hand
};
struct FileSummary {
  int version = 0;
  int width = 0;
  int height = 0;
  int channels = 0;
  bool has_alpha = false;
  int source_bits = 8;
  int quality = 0;
  std::uint64_t fingerprint = 0;  // of the model it needs
  int tile_size = 0;              // 0: the picture is one tile
  int tiles = 0;
  int whole_levels = 0;  // below levels.size() in a cut file: that many can still be decoded
  std::uint64_t header_bytes = 0, alpha_bytes = 0, metadata_bytes = 0, plain_bytes = 0;
  std::uint64_t size_bytes = 0;  // of the whole file, as the header says
  std::vector<LevelSummary> levels;
};
FileSummary inspect(std::span<const std::uint8_t> bytes);

// Decodes the codes and checks every checksum; needs no networks.
struct Verification {
  std::uint64_t digest = 0;  // over all codes and escapes, tile by tile, level by level
  struct Level {
    double vector_bits = 0;  // decisions to codewords of two or more channels
    double scalar_bits = 0;  // decisions to codewords of one channel
    double escape_bits = 0;  // escapes
    double plain_bits = 0;   // plain positions
  };
  std::vector<Level> levels;
};
Verification verify(std::span<const std::uint8_t> bytes, const ModelFile& model, int threads);

}  // namespace vqcodec::codec
