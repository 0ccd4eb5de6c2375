#include "codec/code_hash.h"

#include "codec/checksum.h"
#include "entropy/byte_io.h"

namespace vqcodec::codec {

std::uint64_t code_hash(const entropy::CodeMap& map) {
  entropy::ByteWriter canonical;
  canonical.u32(static_cast<std::uint32_t>(map.height));
  canonical.u32(static_cast<std::uint32_t>(map.width));
  canonical.u32(static_cast<std::uint32_t>(map.groups));
  for (const std::uint16_t code : map.codes) canonical.u16(code);
  canonical.u32(static_cast<std::uint32_t>(map.escapes.size()));
  for (const entropy::Escape& escape : map.escapes) {
    canonical.u32(escape.index);
    for (const std::int32_t remainder : escape.remainder)
      canonical.u32(static_cast<std::uint32_t>(remainder));
  }
  return checksum64(canonical.view());
}

std::uint64_t chain_hash(std::uint64_t coarser, std::uint64_t code_hash,
                         std::span<const std::uint8_t> slice) {
  entropy::ByteWriter link;
  link.u64(coarser);
  link.u64(code_hash);
  link.bytes(slice);
  return checksum64(link.view());
}

}  // namespace vqcodec::codec
