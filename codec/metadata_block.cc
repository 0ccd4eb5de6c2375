#include "codec/metadata_block.h"

#include <string>

#include "codec/compression.h"
#include "entropy/byte_io.h"
#include "entropy/error.h"

namespace vqcodec::codec {

namespace {
constexpr std::size_t kTypeSize = 4;
}

std::vector<std::uint8_t> compress_metadata(std::span<const Metadata> pieces) {
  entropy::ByteWriter writer;
  for (const Metadata& piece : pieces) {
    if (piece.type.size() != kTypeSize)
      throw Error(ErrorKind::kInternal, "metadata: type of ", piece.type.size(),
                  " letters, expected ", kTypeSize);
    for (const char letter : piece.type) writer.u8(static_cast<std::uint8_t>(letter));
    writer.varint(piece.bytes.size());
    writer.bytes(piece.bytes);
  }
  if (writer.size() > kMaxMetadataSize || pieces.size() > kMaxMetadataPieces)
    throw Error(ErrorKind::kResource, "metadata: ", writer.size(), " bytes in ", pieces.size(),
                " pieces, the limits are ", kMaxMetadataSize, " and ", kMaxMetadataPieces,
                "; strip it");
  return zstd_compress(writer.view());
}

std::vector<Metadata> decompress_metadata(std::span<const std::uint8_t> chunk) {
  const std::vector<std::uint8_t> content = zstd_decompress(chunk, kMaxMetadataSize, "metadata");
  entropy::ByteReader reader(content, "metadata");
  std::vector<Metadata> pieces;
  while (reader.remaining() > 0) {
    if (pieces.size() == kMaxMetadataPieces)
      throw Error(ErrorKind::kCorrupt, "metadata: more than ", kMaxMetadataPieces, " pieces");
    const auto type = reader.bytes(kTypeSize, "type");
    const auto bytes = reader.bytes(reader.varint("length"), "piece");
    pieces.push_back({std::string(type.begin(), type.end()), {bytes.begin(), bytes.end()}});
  }
  return pieces;
}

}  // namespace vqcodec::codec
