// tests/codec/sealed_file.h: damaged files whose checksums hold, so that what lies behind the
// checksums is reached.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "codec/checksum.h"
#include "codec/code_hash.h"
#include "codec/format.h"
#include "codec/model_file.h"
#include "codec/plain_cells.h"
#include "codec/tile_decoder.h"
#include "codec/tiles.h"
#include "entropy/error.h"
#include "entropy/slice_coder.h"

namespace vqcodec::testing {

// The checksums of a tile's slices, as far as they can be decoded.
inline void seal_tile(const codec::File& file, int tile, const codec::ModelFile& model,
                      const codec::PlainCells& plain, const entropy::SliceCoder& coder,
                      std::vector<codec::Chunk>& table) {
  const int stride = model.coarsest_stride;
  const codec::Rectangle place = file.header.tiling().tile(tile);
  const codec::PlainCells plain_here = codec::cut_cells(plain, place, stride);
  std::vector<entropy::CodeMap> maps;
  std::uint64_t chained_hash = 0;
  for (int level = 0; level < file.header.levels; ++level) {
    const std::size_t index = file.header.slice_index(level, tile);
    if (index >= file.slices.size()) return;
    auto slice = coder.decode(
        file.header.quality, level, codec::positions_across(place.height, stride, level),
        codec::positions_across(place.width, stride, level), maps, file.slices[index],
        codec::plain_positions(plain_here, level), file.header.learning());
    maps.push_back(std::move(slice.map));
    chained_hash =
        codec::chain_hash(chained_hash, codec::code_hash(maps.back()), file.slices[index]);
    table[index].checksum = codec::slice_checksum(chained_hash, level, file.header.levels);
  }
}

// The file written anew, with sizes and checksums that are true of its chunks as they are. Where a
// slice cannot be decoded its tile keeps the checksums it had.
inline std::vector<std::uint8_t> sealed(const codec::File& file, const codec::ModelFile& model) {
  codec::FileHeader header = file.header;
  std::vector<std::uint8_t> chunks;
  const auto append = [&](std::span<const std::uint8_t> bytes, codec::Chunk& entry) {
    entry.size_bytes = bytes.size();
    chunks.insert(chunks.end(), bytes.begin(), bytes.end());
  };
  const auto append_side_chunk = [&](std::span<const std::uint8_t> bytes,
                                     std::optional<codec::Chunk>& entry) {
    if (!entry) return;
    append(bytes, *entry);
    entry->checksum = codec::checksum32(bytes);
  };
  append_side_chunk(file.metadata, header.metadata);
  append_side_chunk(file.alpha, header.alpha);
  append_side_chunk(file.plain, header.plain);
  for (std::size_t i = 0; i < header.slices.size(); ++i)
    append(i < file.slices.size() ? file.slices[i] : std::span<const std::uint8_t>(),
           header.slices[i]);
  try {
    const codec::TileDecoder decoder(file, model);  // throws where the file does not fit the model
    const entropy::SliceCoder coder(model.prior);
    for (int tile = 0; tile < header.tiling().count(); ++tile)
      seal_tile(file, tile, model, decoder.plain_cells(), coder, header.slices);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal) throw;
  }
  std::vector<std::uint8_t> bytes = codec::write_header(header);
  bytes.insert(bytes.end(), chunks.begin(), chunks.end());
  return bytes;
}

}  // namespace vqcodec::testing
