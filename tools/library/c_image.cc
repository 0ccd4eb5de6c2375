#include "tools/library/c_image.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "codec/format.h"
#include "entropy/error.h"
#include "tools/library/c_struct.h"

namespace vqcodec::library {
namespace {

constexpr std::size_t kTypeLetters = 4;

bool has_alpha(int layout) { return layout == VQCODEC_GREY_ALPHA || layout == VQCODEC_RGBA; }
bool has_color(int layout) { return layout == VQCODEC_RGB || layout == VQCODEC_RGBA; }

void check_layout(int layout) {
  if (layout < VQCODEC_GREY || layout > VQCODEC_RGBA)
    throw Error(ErrorKind::kUsage, "layout ", layout, ", expected ", int{VQCODEC_GREY}, "..",
                int{VQCODEC_RGBA});
}

// Returns the bytes from row to row.
std::size_t check_shape(const vqcodec_image& image, int layout) {
  check_layout(layout);
  if (image.width == 0 || image.height == 0 || image.pixels == nullptr)
    throw Error(ErrorKind::kUsage, "a picture of ", image.width, " x ", image.height, " pixels",
                image.pixels == nullptr ? ", which are not there" : "");
  if (image.width > codec::kMaxSide || image.height > codec::kMaxSide)
    throw Error(ErrorKind::kUnsupported, "a picture of ", image.width, " x ", image.height,
                " pixels; sides reach ", codec::kMaxSide);
  const std::size_t row = std::size_t{image.width} * static_cast<std::size_t>(layout);
  if (image.stride != 0 && image.stride < row)
    throw Error(ErrorKind::kUsage, "stride ", image.stride, ", expected at least ", row,
                ", the bytes of a row");
  if (image.source_bits < 0 || image.source_bits > 16)
    throw Error(ErrorKind::kUsage, "source_bits ", image.source_bits, ", expected 1..16");
  return image.stride != 0 ? image.stride : row;
}

std::vector<codec::Metadata> read_metadata(const vqcodec_image& image) {
  if (image.metadata_count > 0 && image.metadata == nullptr)
    throw Error(ErrorKind::kUsage, "metadata of ", image.metadata_count,
                " pieces, which are not there");
  std::vector<codec::Metadata> pieces;
  for (std::size_t i = 0; i < image.metadata_count; ++i) {
    const vqcodec_metadata& piece = image.metadata[i];
    if (::strnlen(piece.type, sizeof piece.type) != kTypeLetters ||
        (piece.size > 0 && piece.bytes == nullptr))
      throw Error(ErrorKind::kUsage, "metadata: piece ", i, " of ", image.metadata_count,
                  " has a type of other than four letters, or no bytes");
    const auto* const bytes = static_cast<const std::uint8_t*>(piece.bytes);
    pieces.push_back({piece.type, {bytes, bytes + piece.size}});
  }
  return pieces;
}

void write_pixels(const codec::Image& image, int layout, std::uint8_t* to) {
  const bool color = has_color(layout);
  const std::size_t area = image.area();
  for (std::size_t i = 0; i < area; ++i) {
    for (int c = 0; c < (color ? 3 : 1); ++c)
      *to++ =
          image.channels == 3 ? image.pixels[3 * i + static_cast<std::size_t>(c)] : image.pixels[i];
    if (has_alpha(layout)) *to++ = image.alpha.empty() ? 255 : image.alpha[i];
  }
}

}  // namespace

vqcodec_layout layout_of(int channels, bool alpha) {
  if (channels == 1) return alpha ? VQCODEC_GREY_ALPHA : VQCODEC_GREY;
  return alpha ? VQCODEC_RGBA : VQCODEC_RGB;
}

codec::Image read_image(const vqcodec_image& image) {
  const int layout = number_in(image.layout);
  const std::size_t stride = check_shape(image, layout);
  codec::Image result;
  result.width = static_cast<int>(image.width);
  result.height = static_cast<int>(image.height);
  result.channels = has_color(layout) ? 3 : 1;
  result.source_bits = image.source_bits != 0 ? image.source_bits : 8;
  result.metadata = read_metadata(image);
  result.pixels.resize(result.area() * static_cast<std::size_t>(result.channels));
  if (has_alpha(layout)) result.alpha.resize(result.area());
  auto* pixels = result.pixels.data();
  auto* alpha = result.alpha.data();
  for (std::size_t y = 0; y < image.height; ++y) {
    const std::uint8_t* from = image.pixels + y * stride;
    if (!has_alpha(layout)) {
      pixels =
          std::copy_n(from, std::size_t{image.width} * static_cast<std::size_t>(layout), pixels);
      continue;
    }
    for (std::size_t x = 0; x < image.width; ++x, from += layout) {
      pixels = std::copy_n(from, result.channels, pixels);
      *alpha++ = from[result.channels];
    }
  }
  return result;
}

vqcodec_layout chosen_layout(int wanted, const codec::FileSummary& file) {
  const auto own = layout_of(file.channels, file.has_alpha);
  if (wanted == 0) return own;
  check_layout(wanted);
  if ((has_alpha(own) && !has_alpha(wanted)) || (has_color(own) && !has_color(wanted)))
    throw Error(ErrorKind::kUsage, "layout ", wanted, " cannot hold a picture of layout ", int{own},
                "; VQCODEC_RGBA can");
  return static_cast<vqcodec_layout>(wanted);
}

void write_image(const codec::Image& image, vqcodec_layout layout,
                 const vqcodec_allocator& allocator, vqcodec_image& result) {
  constexpr std::size_t kAlignment = alignof(vqcodec_metadata);
  const std::size_t pixels = image.area() * static_cast<std::size_t>(layout);
  const std::size_t table = (pixels + kAlignment - 1) / kAlignment * kAlignment;
  const std::size_t first_piece = table + image.metadata.size() * sizeof(vqcodec_metadata);
  std::size_t size = first_piece;
  for (const auto& piece : image.metadata) size += piece.bytes.size();

  auto* const block = static_cast<std::uint8_t*>(allocator.allocate(allocator.opaque, size));
  if (block == nullptr) throw std::bad_alloc();
  write_pixels(image, layout, block);
  auto* entry = reinterpret_cast<vqcodec_metadata*>(block + table);
  std::uint8_t* end = block + first_piece;
  for (const auto& piece : image.metadata) {
    entry = new (entry) vqcodec_metadata{.type = {}, .bytes = end, .size = piece.bytes.size()};
    piece.type.copy(entry->type, kTypeLetters);
    end = std::copy(piece.bytes.begin(), piece.bytes.end(), end);
    ++entry;
  }
  result.width = static_cast<std::uint32_t>(image.width);
  result.height = static_cast<std::uint32_t>(image.height);
  result.layout = layout;
  result.pixels = block;
  result.stride = 0;
  result.metadata_count = image.metadata.size();
  result.metadata = result.metadata_count == 0
                        ? nullptr
                        : reinterpret_cast<const vqcodec_metadata*>(block + table);
  result.source_bits = image.source_bits;
}

}  // namespace vqcodec::library
