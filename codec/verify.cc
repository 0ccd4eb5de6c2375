#include <utility>

#include "codec/alpha_plane.h"
#include "codec/checksum.h"
#include "codec/codec.h"
#include "codec/format.h"
#include "codec/metadata_block.h"
#include "codec/parallel_for.h"
#include "codec/preamble.h"
#include "codec/tile_decoder.h"
#include "entropy/byte_io.h"

namespace vqcodec::codec {
namespace {

// Of one tile, what outlives its code maps.
struct TileReport {
  std::vector<std::uint64_t> code_hashes;
  std::vector<entropy::SliceStatistics> statistics;
};

void add_bits(const entropy::SliceStatistics& statistics, const entropy::QualityPrior& prior,
              Verification::Level& level) {
  const auto bits = [](std::uint64_t length) {
    return static_cast<double>(length) / entropy::kLengthOne;
  };
  for (std::size_t group = 0; group < prior.groups.size(); ++group) {
    double& coded = prior.groups[group].dimension > 1 ? level.vector_bits : level.scalar_bits;
    coded += bits(statistics.code_length[group]);
    level.escape_bits += bits(statistics.escape_length[group]);
    level.plain_bits += bits(statistics.plain_length[group]);
  }
}

}  // namespace

FileSummary inspect(std::span<const std::uint8_t> bytes) {
  const File file = read_file(bytes, kMaxArea);
  const FileHeader& header = file.header;
  const int tiles = header.tiling().count();
  FileSummary summary{.version = header.version,
                      .width = header.width,
                      .height = header.height,
                      .channels = header.grey ? 1 : 3,
                      .has_alpha = header.alpha.has_value(),
                      .source_bits = header.source_bits,
                      .quality = header.quality + 1,
                      .fingerprint = header.fingerprint,
                      .tile_size = header.tile_size,
                      .tiles = tiles,
                      .whole_levels = file.whole_levels,
                      .header_bytes = file.header_size,
                      .alpha_bytes = header.alpha.value_or(Chunk{}).size_bytes,
                      .metadata_bytes = header.metadata.value_or(Chunk{}).size_bytes,
                      .plain_bytes = header.plain.value_or(Chunk{}).size_bytes,
                      .size_bytes = file.size_bytes,
                      .levels = std::vector<LevelSummary>(static_cast<std::size_t>(header.levels))};
  for (std::size_t slice = 0; slice < header.slices.size(); ++slice)
    summary.levels[slice / static_cast<std::size_t>(tiles)].size_bytes +=
        header.slices[slice].size_bytes;
  return summary;
}

Verification verify(std::span<const std::uint8_t> bytes, const ModelFile& model, int threads) {
  const File file = read_file(bytes, DecompressOptions{}.max_pixels);
  const FileHeader& header = file.header;
  require_levels(file, bytes.size(), header.levels);
  check_side_chunks(file);
  if (header.metadata) decompress_metadata(file.metadata);
  if (header.alpha) decompress_alpha(file.alpha, header.width, header.height);

  const TileDecoder decoder(file, model);
  std::vector<TileReport> tiles(static_cast<std::size_t>(header.tiling().count()));
  parallel_for(tiles.size(), threads, [&](std::size_t i) {
    DecodedTile tile = decoder.decode(static_cast<int>(i), header.levels);
    tiles[i] = {std::move(tile.code_hashes), std::move(tile.statistics)};
  });

  Verification result;
  result.levels.resize(static_cast<std::size_t>(header.levels));
  entropy::ByteWriter hashes;
  for (const TileReport& tile : tiles) {
    for (std::size_t level = 0; level < result.levels.size(); ++level) {
      hashes.u64(tile.code_hashes[level]);
      const auto& prior = model.prior.levels[level];
      add_bits(tile.statistics[level], prior.qualities[static_cast<std::size_t>(header.quality)],
               result.levels[level]);
    }
  }
  result.digest = checksum64(hashes.view());
  return result;
}

}  // namespace vqcodec::codec
