#include "codec/tile_decoder.h"

#include <utility>

#include "codec/code_hash.h"
#include "codec/hex.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

const ModelFile& checked_model(const FileHeader& header, const ModelFile& model) {
  if (header.fingerprint != model.fingerprint)
    throw Error(ErrorKind::kUnsupported, "needs model ", hex(header.fingerprint), ", this is ",
                hex(model.fingerprint), " (", model.name, "); give the other with --model FILE");
  if (header.levels != model.levels() || header.quality >= static_cast<int>(model.qualities.size()))
    throw Error(ErrorKind::kCorrupt, "header: quality ", header.quality + 1, ", ", header.levels,
                " levels; model ", hex(model.fingerprint), " has qualities 1..",
                model.qualities.size(), " and ", model.levels(), " levels");
  if (header.tile_size % model.coarsest_stride != 0)
    throw Error(ErrorKind::kCorrupt, "header: tiles of ", header.tile_size,
                " pixels, expected multiples of ", model.coarsest_stride);
  return model;
}

}  // namespace

TileDecoder::TileDecoder(const File& file, const ModelFile& model)
    : file_(file),
      model_(checked_model(file.header, model)),
      tiling_(file.header.tiling()),
      plain_(read_plain_cells(file, model.coarsest_stride)),
      coder_(model.prior) {}

DecodedTile TileDecoder::decode(int tile, int levels) const {
  const Rectangle place = tiling_.tile(tile);
  const auto plain = cut_cells(plain_, place, model_.coarsest_stride);
  DecodedTile result;
  std::uint64_t chained_hash = 0;
  for (int level = 0; level < levels; ++level) {
    const std::size_t index = file_.header.slice_index(level, tile);
    entropy::DecodedSlice slice = coder_.decode(
        file_.header.quality, level, positions_across(place.height, model_.coarsest_stride, level),
        positions_across(place.width, model_.coarsest_stride, level), result.maps,
        file_.slices[index], plain_positions(plain, level), file_.header.learning());
    result.code_hashes.push_back(code_hash(slice.map));
    chained_hash = chain_hash(chained_hash, result.code_hashes.back(), file_.slices[index]);
    const std::uint32_t computed = slice_checksum(chained_hash, level, file_.header.levels);
    const std::uint32_t stored = file_.header.slices[index].checksum;
    if (computed != stored)
      throw Error(ErrorKind::kCorrupt, "slice of level ", level, ", tile ", tile, " of ",
                  tiling_.count(), ": checksum is ", hex(computed, 8), ", the file says ",
                  hex(stored, 8));
    result.maps.push_back(std::move(slice.map));
    result.statistics.push_back(std::move(slice.statistics));
  }
  return result;
}

}  // namespace vqcodec::codec
