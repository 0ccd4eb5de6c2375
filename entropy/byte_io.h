// entropy/byte_io.h: bytes from outside are read here and nowhere else; little-endian, LEB128
// varints.
//
// A reader knows its end and refuses to pass it: Error(kCorrupt) names what was being read. Check a
// count against remaining() or a limit before memory is reserved for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace vqcodec::entropy {

class ByteReader {
 public:
  // Borrows: bytes and name must outlive it. The name (e.g. "header") begins every message.
  explicit ByteReader(std::span<const std::uint8_t> bytes, std::string_view name = "data")
      : bytes_(bytes), name_(name) {}

  // what: the field being read, for the message.
  std::uint8_t u8(std::string_view what);
  std::uint16_t u16(std::string_view what);
  std::uint32_t u32(std::string_view what);
  std::uint64_t u64(std::string_view what);
  // Only the shortest form is accepted, so that one value has one encoding. Values above `limit`
  // are refused.
  std::uint64_t varint(std::string_view what, std::uint64_t limit = ~std::uint64_t{0});
  std::span<const std::uint8_t> bytes(std::uint64_t count, std::string_view what);
  // The next `count` bytes as a reader of its own, called `what`.
  ByteReader section(std::uint64_t count, std::string_view what);

  std::size_t position() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }
  void expect_end() const;  // Throws where bytes are left over.

 private:
  std::uint64_t little_endian(int size, std::string_view what);

  std::span<const std::uint8_t> bytes_;
  std::string_view name_;
  std::size_t position_ = 0;
};

class ByteWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(value); }
  void u16(std::uint16_t value) { little_endian(value, 2); }
  void u32(std::uint32_t value) { little_endian(value, 4); }
  void u64(std::uint64_t value) { little_endian(value, 8); }
  void varint(std::uint64_t value);
  void bytes(std::span<const std::uint8_t> values);

  std::size_t size() const { return bytes_.size(); }
  std::span<const std::uint8_t> view() const { return bytes_; }   // Stale after the next write.
  std::vector<std::uint8_t> take() { return std::move(bytes_); }  // The writer is spent.

 private:
  void little_endian(std::uint64_t value, int size);

  std::vector<std::uint8_t> bytes_;
};

}  // namespace vqcodec::entropy
