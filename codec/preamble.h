// codec/preamble.h: how `.vqc` and `.vqm` begin, in every version.
//
//   byte 0   magic, 3 bytes
//        3   0x80 + version, 1 byte (no ASCII, so that text tools leave the file alone)
//        4   checksum of the header: lower 32 bits of XXH3 over bytes 0..3 and 8..end of the header
//        8   length of the body that follows, varint
//
// These places never move, so damage is told from a whole file of another version before anything
// else is read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vqcodec::codec {

struct FileType {
  std::array<std::uint8_t, 3> magic;
  int version;       // 0..127, the newest that is read
  const char* name;  // for messages, e.g. ".vqc"
  int oldest = 1;    // version that is read
};

inline constexpr FileType kPictureFile = {{'V', 'Q', 'C'}, 2, ".vqc"};
inline constexpr FileType kModelFile = {{'V', 'Q', 'M'}, 2, ".vqm"};

struct Preamble {
  std::span<const std::uint8_t> body;  // of the file's bytes
  std::size_t header_size = 0;         // bytes from the start of the file to the end of the body
  int version = 0;
};

// Throws Error: (kCorrupt) for another type of file or damage, (kUnsupported) for a whole header of
// another version.
Preamble read_preamble(std::span<const std::uint8_t> bytes, const FileType& type);

// The whole header: preamble and body.
std::vector<std::uint8_t> write_preamble(const FileType& type, std::span<const std::uint8_t> body);

}  // namespace vqcodec::codec
