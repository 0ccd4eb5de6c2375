#include "entropy/byte_io.h"

#include "entropy/error.h"

namespace vqcodec::entropy {

std::uint8_t ByteReader::u8(std::string_view what) {
  return static_cast<std::uint8_t>(little_endian(1, what));
}

std::uint16_t ByteReader::u16(std::string_view what) {
  return static_cast<std::uint16_t>(little_endian(2, what));
}

std::uint32_t ByteReader::u32(std::string_view what) {
  return static_cast<std::uint32_t>(little_endian(4, what));
}

std::uint64_t ByteReader::u64(std::string_view what) { return little_endian(8, what); }

std::uint64_t ByteReader::varint(std::string_view what, std::uint64_t limit) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const std::uint64_t byte = u8(what);
    const std::uint64_t payload = byte & 0x7F;
    const bool overflows = shift == 63 && payload > 1;
    const bool is_longer_than_needed = shift > 0 && byte == 0;
    if (overflows || is_longer_than_needed || (shift == 63 && byte > 0x7F)) {
      throw Error(ErrorKind::kCorrupt, name_, ": ", what, " at byte ", position_ - 1,
                  ": not a varint of 64 bits in its shortest form");
    }
    value |= payload << shift;
    if (byte <= 0x7F) break;
  }
  if (value > limit) {
    throw Error(ErrorKind::kCorrupt, name_, ": ", what, " is ", value, ", at most ", limit,
                " is allowed");
  }
  return value;
}

std::span<const std::uint8_t> ByteReader::bytes(std::uint64_t count, std::string_view what) {
  if (count > remaining()) {
    throw Error(ErrorKind::kCorrupt, name_, ": ", what, " at byte ", position_, " needs ", count,
                " bytes, ", remaining(), " are left");
  }
  const auto result = bytes_.subspan(position_, static_cast<std::size_t>(count));
  position_ += result.size();
  return result;
}

ByteReader ByteReader::section(std::uint64_t count, std::string_view what) {
  return ByteReader(bytes(count, what), what);
}

void ByteReader::expect_end() const {
  if (remaining() > 0) {
    throw Error(ErrorKind::kCorrupt, name_, ": ", remaining(), " bytes are left over after byte ",
                position_);
  }
}

std::uint64_t ByteReader::little_endian(int size, std::string_view what) {
  const auto source = bytes(static_cast<std::uint64_t>(size), what);
  std::uint64_t value = 0;
  for (std::size_t i = source.size(); i-- > 0;) value = value << 8 | source[i];
  return value;
}

void ByteWriter::varint(std::uint64_t value) {
  for (; value > 0x7F; value >>= 7) u8(static_cast<std::uint8_t>(value | 0x80));
  u8(static_cast<std::uint8_t>(value));
}

void ByteWriter::bytes(std::span<const std::uint8_t> values) {
  bytes_.insert(bytes_.end(), values.begin(), values.end());
}

void ByteWriter::little_endian(std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) u8(static_cast<std::uint8_t>(value >> 8 * i));
}

}  // namespace vqcodec::entropy
