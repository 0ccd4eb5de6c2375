// codec/code_hash.h: hashes of code maps, the same on every machine.
#pragma once

#include <cstdint>
#include <span>

#include "entropy/code_map.h"

namespace vqcodec::codec {

// XXH3 of the map's canonical bytes: height, width, groups (u32), the codes (u16), the number of
// escapes (u32), and for each its index (u32) and kMaxDimension remainders (i32, two's complement;
// 0 beyond the group's dimension). All little-endian.
std::uint64_t code_hash(const entropy::CodeMap& map);

// XXH3 of 16 bytes and the slice: the chained hash of the next coarser level of the tile (0 for
// level 0), the slice's code_hash, the slice as stored. So a level's hash covers all coarser ones.
std::uint64_t chain_hash(std::uint64_t coarser, std::uint64_t code_hash,
                         std::span<const std::uint8_t> slice);

}  // namespace vqcodec::codec
