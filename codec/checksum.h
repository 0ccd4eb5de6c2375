// codec/checksum.h: checksums against damage, and the fingerprint that names a model.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>

namespace vqcodec::codec {

// XXH3, seed 0. They detect damage, not malice. The 32-bit one is the lower half of the other.
std::uint64_t checksum64(std::span<const std::uint8_t> bytes);
std::uint32_t checksum32(std::span<const std::uint8_t> bytes);

// The first 8 bytes of SHA-256 of all parts in turn, read as little-endian.
std::uint64_t fingerprint64(std::initializer_list<std::span<const std::uint8_t>> parts);

}  // namespace vqcodec::codec
