#include "codec/png_metadata.h"

#include <zlib.h>

#include <algorithm>
#include <optional>

#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

// All pieces of one picture together, unpacked.
constexpr std::size_t kMaxMetadataBytes = std::size_t{1} << 26;
constexpr std::size_t kMaxKeyword = 79;
constexpr std::string_view kXmpKeyword = "XML:com.adobe.xmp";

[[noreturn]] void fail(std::string_view type, std::string_view problem) {
  throw Error(ErrorKind::kCorrupt, "PNG chunk ", type, ": ", problem);
}

View view(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void append(Bytes& out, View bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

// Cuts off and returns what stands before the next 0.
View take_string(std::string_view type, View& payload) {
  const auto end = std::find(payload.begin(), payload.end(), std::uint8_t{0});
  if (end == payload.end()) fail(type, "a string does not end");
  const auto size = static_cast<std::size_t>(end - payload.begin());
  const View text = payload.first(size);
  payload = payload.subspan(size + 1);
  return text;
}

View take_keyword(std::string_view type, View& payload) {
  const View keyword = take_string(type, payload);
  if (keyword.empty() || keyword.size() > kMaxKeyword)
    fail(type, "the keyword is empty or longer than 79 bytes");
  return keyword;
}

std::uint8_t take_byte(std::string_view type, View& payload) {
  if (payload.empty()) fail(type, "ends too early");
  const std::uint8_t value = payload[0];
  payload = payload.subspan(1);
  return value;
}

Bytes inflated(std::string_view type, View packed, std::size_t max_size) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) throw Error(ErrorKind::kResource, "zlib: out of memory");
  Bytes content;
  int status = Z_OK;
  // zlib's interface is older than const.
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  Bytes piece(std::size_t{1} << 16);
  while (status == Z_OK && content.size() <= max_size) {
    stream.next_out = piece.data();
    stream.avail_out = static_cast<uInt>(piece.size());
    status = inflate(&stream, Z_NO_FLUSH);
    append(content, View(piece).first(piece.size() - stream.avail_out));
  }
  inflateEnd(&stream);
  if (content.size() > max_size) fail(type, "unpacks to more than the limit of metadata");
  if (status != Z_STREAM_END) fail(type, "its zlib stream is damaged");
  return content;
}

Bytes deflated(View content) {
  uLongf size = compressBound(static_cast<uLong>(content.size()));
  Bytes packed(size);
  if (compress2(packed.data(), &size, content.data(), static_cast<uLong>(content.size()), 9) !=
      Z_OK)
    throw Error(ErrorKind::kResource, "zlib: out of memory");
  packed.resize(size);
  return packed;
}

Bytes utf8_of_latin1(View latin1) {
  Bytes out;
  for (const std::uint8_t letter : latin1) {
    if (letter >= 0x80) out.push_back(static_cast<std::uint8_t>(0xC0 | letter >> 6));
    out.push_back(letter < 0x80 ? letter : static_cast<std::uint8_t>(0x80 | (letter & 0x3F)));
  }
  return out;
}

// Empty where Latin-1 cannot hold the text.
std::optional<Bytes> latin1_of_utf8(View utf8) {
  Bytes out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    if (utf8[i] < 0x80) {
      out.push_back(utf8[i]);
    } else if ((utf8[i] & 0xFE) == 0xC2 && i + 1 < utf8.size() && (utf8[i + 1] & 0xC0) == 0x80) {
      out.push_back(static_cast<std::uint8_t>(utf8[i] << 6 | (utf8[i + 1] & 0x3F)));
      ++i;
    } else {
      return std::nullopt;
    }
  }
  return out;
}

// The size of types whose payload has one; 0: any, but not none.
std::size_t fixed_size(std::string_view type) {
  if (type == "gAMA") return 4;
  if (type == "cHRM") return 32;
  if (type == "sRGB") return 1;
  if (type == "pHYs") return 9;
  return 0;
}

void check_plain(std::string_view type, View payload) {
  const std::size_t size = fixed_size(type);
  if (size != 0 ? payload.size() != size : payload.empty()) fail(type, "has the wrong length");
}

Metadata text_piece(View keyword, View text) {
  if (std::ranges::equal(keyword, view(kXmpKeyword)))
    return {.type = "xmp ", .bytes = {text.begin(), text.end()}};
  Metadata piece{.type = "tEXt", .bytes = {keyword.begin(), keyword.end()}};
  piece.bytes.push_back(0);
  append(piece.bytes, text);
  return piece;
}

Metadata international_text_piece(View payload, std::size_t max_size) {
  const View keyword = take_keyword("iTXt", payload);
  const bool packed = take_byte("iTXt", payload) != 0;
  take_byte("iTXt", payload);  // the method; there is one
  take_string("iTXt", payload);
  take_string("iTXt", payload);
  return packed ? text_piece(keyword, inflated("iTXt", payload, max_size))
                : text_piece(keyword, payload);
}

Metadata metadata_piece(std::string_view type, View payload, std::size_t max_size) {
  if (type == "tEXt" || type == "zTXt") {
    const View keyword = take_keyword(type, payload);
    if (type == "tEXt") return text_piece(keyword, utf8_of_latin1(payload));
    take_byte(type, payload);  // the method
    return text_piece(keyword, utf8_of_latin1(inflated(type, payload, max_size)));
  }
  if (type == "iTXt") return international_text_piece(payload, max_size);
  if (type == "iCCP") {
    take_keyword(type, payload);
    take_byte(type, payload);
    return {.type = "iCCP", .bytes = inflated(type, payload, max_size)};
  }
  check_plain(type, payload);
  return {.type = std::string(type), .bytes = {payload.begin(), payload.end()}};
}

PngChunk international_text_chunk(View keyword, View text) {
  PngChunk chunk{.type = "iTXt", .payload = {keyword.begin(), keyword.end()}};
  append(chunk.payload,
         Bytes(5));  // end of keyword, not packed, method, no language, no translation
  append(chunk.payload, text);
  return chunk;
}

PngChunk text_chunk(View piece) {
  View text = piece;
  const View keyword = take_keyword("tEXt", text);
  const auto latin1 = latin1_of_utf8(text);
  if (!latin1) return international_text_chunk(keyword, text);
  PngChunk chunk{.type = "tEXt", .payload = {keyword.begin(), keyword.end()}};
  chunk.payload.push_back(0);
  append(chunk.payload, *latin1);
  return chunk;
}

}  // namespace

void append_metadata(std::string_view type, View payload, std::vector<Metadata>& metadata) {
  std::size_t used = 0;
  for (const Metadata& piece : metadata) used += piece.bytes.size();
  if (used + payload.size() > kMaxMetadataBytes) fail(type, "passes the limit of metadata");
  Metadata piece = metadata_piece(type, payload, kMaxMetadataBytes - used);
  const bool repeated = piece.type != "tEXt" && std::ranges::any_of(metadata, [&](const auto& m) {
                          return m.type == piece.type;
                        });
  if (!repeated) metadata.push_back(std::move(piece));
}

std::vector<PngChunk> metadata_chunks(std::span<const Metadata> metadata) {
  std::vector<PngChunk> chunks;
  for (const Metadata& piece : metadata) {
    const std::string_view type = piece.type;
    if (type == "iCCP") {
      PngChunk chunk{.type = "iCCP", .payload = {'i', 'c', 'c', 0, 0}};
      append(chunk.payload, deflated(piece.bytes));
      chunks.push_back(std::move(chunk));
    } else if (type == "xmp ") {
      chunks.push_back(international_text_chunk(view(kXmpKeyword), piece.bytes));
    } else if (type == "tEXt") {
      chunks.push_back(text_chunk(piece.bytes));
    } else if (type == "eXIf" || fixed_size(type) != 0) {
      check_plain(type, piece.bytes);
      chunks.push_back({.type = piece.type, .payload = piece.bytes});
    }
  }
  return chunks;
}

}  // namespace vqcodec::codec
