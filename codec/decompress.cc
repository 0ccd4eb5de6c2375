#include <string>
#include <utility>

#include "codec/alpha_plane.h"
#include "codec/codec.h"
#include "codec/format.h"
#include "codec/metadata_block.h"
#include "codec/model_check.h"
#include "codec/parallel_for.h"
#include "codec/picture_synthesis.h"
#include "codec/stage_clock.h"
#include "codec/tile_decoder.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

// What of the picture is asked for, and what must be decoded for it.
struct Extent {
  int levels = 0;
  Rectangle crop;                 // of the picture
  std::vector<int> tiles;         // that the crop and the margin around it touch
  std::vector<Rectangle> places;  // of these tiles, in the picture
  Rectangle region;               // which they fill
};

Extent extent_of(const FileHeader& header, const Transform& transform,
                 const DecompressOptions& options) {
  if (options.levels < 0 || options.levels > header.levels)
    throw Error(ErrorKind::kUsage, options.levels, " levels, expected 1..", header.levels);
  Extent extent;
  extent.levels = options.levels == 0 ? header.levels : options.levels;
  extent.crop = options.crop.value_or(header.picture());
  const Rectangle& crop = extent.crop;
  // In this order nothing overflows.
  if (crop.x < 0 || crop.y < 0 || crop.width < 1 || crop.height < 1 || crop.x >= header.width ||
      crop.y >= header.height || crop.width > header.width - crop.x ||
      crop.height > header.height - crop.y)
    throw Error(ErrorKind::kUsage, "crop ", crop.x, ",", crop.y, ",", crop.width, ",", crop.height,
                " is not inside the picture of ", header.width, " x ", header.height, " pixels");
  // Of the whole picture the transform is not asked: it may still be loading.
  const Rectangle needed = options.crop
                               ? grown(aligned(crop, transform.coarsest_stride(), header.picture()),
                                       transform.margin(), header.picture())
                               : crop;
  const Tiling tiling = header.tiling();
  extent.tiles = tiling.touching(needed);
  for (const int tile : extent.tiles) extent.places.push_back(tiling.tile(tile));
  extent.region = bounding_box(extent.places);
  return extent;
}

// The code maps of the extent's region, coarse level first.
std::vector<entropy::CodeMap> decode_codes(const TileDecoder& decoder, const Extent& extent,
                                           int coarsest_stride, int threads) {
  std::vector<DecodedTile> tiles(extent.tiles.size());
  parallel_for(tiles.size(), threads,
               [&](std::size_t i) { tiles[i] = decoder.decode(extent.tiles[i], extent.levels); });
  std::vector<entropy::CodeMap> joined;
  for (int level = 0; level < extent.levels; ++level) {
    std::vector<entropy::CodeMap> maps;
    for (DecodedTile& tile : tiles)
      maps.push_back(std::move(tile.maps[static_cast<std::size_t>(level)]));
    joined.push_back(join_maps(std::move(maps), extent.places, coarsest_stride, level));
  }
  return joined;
}

std::vector<std::uint8_t> cropped(const std::vector<std::uint8_t>& plane, int width,
                                  const Rectangle& crop) {
  std::vector<std::uint8_t> result;
  result.reserve(static_cast<std::size_t>(crop.width) * static_cast<std::size_t>(crop.height));
  for (int y = crop.y; y < crop.y + crop.height; ++y) {
    const auto row = plane.begin() + std::ptrdiff_t{y} * width + crop.x;
    result.insert(result.end(), row, row + crop.width);
  }
  return result;
}

}  // namespace

std::uint64_t bytes_read(std::span<const std::uint8_t> bytes, const Transform& transform,
                         const DecompressOptions& options) {
  const File file = read_file(bytes, options.max_pixels);
  const Extent extent = extent_of(file.header, transform, options);
  std::uint64_t sum =
      file.header_size + file.metadata.size() + file.alpha.size() + file.plain.size();
  for (int level = 0; level < extent.levels; ++level)
    for (const int tile : extent.tiles)
      sum += file.header.slices[file.header.slice_index(level, tile)].size_bytes;
  return sum;
}

Image decompress(std::span<const std::uint8_t> bytes, const ModelFile& model, Transform& transform,
                 const DecompressOptions& options, Timings* timings) {
  StageClock clock(timings);
  const File file = read_file(bytes, options.max_pixels);
  const FileHeader& header = file.header;
  const Extent extent = extent_of(header, transform, options);
  require_levels(file, bytes.size(), extent.levels);
  check_side_chunks(file);

  const auto decoder = clock.time("prior set-up", [&] { return TileDecoder(file, model); });
  const auto maps = clock.time("prior and coder", [&] {
    return decode_codes(decoder, extent, model.coarsest_stride, options.threads);
  });
  Rectangle crop = extent.crop;
  crop.x -= extent.region.x;
  crop.y -= extent.region.y;
  const auto plain = cut_cells(decoder.plain_cells(), extent.region, model.coarsest_stride);
  const CodedRegion region{extent.region.width, extent.region.height, header.quality, maps, plain};
  Image image = clock.time("synthesis", [&] {
    check_networks(model, transform);
    return synthesise_crop(transform, region, crop, header.grey, options.threads);
  });

  clock.time("alpha and metadata", [&] {
    image.source_bits = header.source_bits;
    if (header.metadata) image.metadata = decompress_metadata(file.metadata);
    if (header.alpha)
      image.alpha = cropped(decompress_alpha(file.alpha, header.width, header.height), header.width,
                            extent.crop);
  });
  return image;
}

}  // namespace vqcodec::codec
