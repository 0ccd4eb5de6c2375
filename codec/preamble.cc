#include "codec/preamble.h"

#include <algorithm>

#include "codec/checksum.h"
#include "codec/hex.h"
#include "entropy/byte_io.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

using entropy::ByteReader;
using entropy::ByteWriter;

constexpr std::size_t kChecksumPlace = 4;
constexpr std::size_t kLengthPlace = 8;
constexpr int kVersionMark = 0x80;

// header: the whole of it, its own checksum included (and skipped).
std::uint32_t header_checksum(std::span<const std::uint8_t> header) {
  ByteWriter covered;
  covered.bytes(header.first(kChecksumPlace));
  covered.bytes(header.subspan(kLengthPlace));
  return checksum32(covered.view());
}

}  // namespace

Preamble read_preamble(std::span<const std::uint8_t> bytes, const FileType& type) {
  if (bytes.empty()) throw Error(ErrorKind::kCorrupt, "empty, expected a ", type.name, " file");
  const std::size_t shown = std::min(bytes.size(), type.magic.size());
  if (!std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(shown),
                  type.magic.begin()))
    throw Error(ErrorKind::kCorrupt, "not a ", type.name, " file: other first bytes");

  ByteReader reader(bytes, "header");
  reader.bytes(type.magic.size(), "magic");
  const int version = reader.u8("version") - kVersionMark;
  const std::uint32_t stored = reader.u32("checksum");
  const std::uint64_t body_size = reader.varint("length");
  Preamble result;
  result.body = reader.bytes(body_size, "body");
  result.header_size = reader.position();

  const std::uint32_t computed = header_checksum(bytes.first(result.header_size));
  if (computed != stored)
    throw Error(ErrorKind::kCorrupt, "header: checksum is ", hex(computed, 8), ", the file says ",
                hex(stored, 8));
  if (version < 0)
    throw Error(ErrorKind::kCorrupt, "header: version ", version, ", expected 0..127");
  if (version < type.oldest || version > type.version)
    throw Error(ErrorKind::kUnsupported, "a ", type.name, " file of version ", version,
                ", this program reads version ", type.oldest == type.version ? "" : "1 to ",
                type.version);
  result.version = version;
  return result;
}

std::vector<std::uint8_t> write_preamble(const FileType& type, std::span<const std::uint8_t> body) {
  ByteWriter writer;
  writer.bytes(type.magic);
  writer.u8(static_cast<std::uint8_t>(kVersionMark + type.version));
  writer.u32(0);
  writer.varint(body.size());
  writer.bytes(body);
  std::vector<std::uint8_t> header = writer.take();
  ByteWriter checksum;
  checksum.u32(header_checksum(header));
  std::copy(checksum.view().begin(), checksum.view().end(), header.begin() + kChecksumPlace);
  return header;
}

}  // namespace vqcodec::codec
