#include "codec/image_io.h"

#include <algorithm>
#include <array>
#include <iomanip>
#include <limits>
#include <sstream>
#include <string>

#include "codec/image_formats.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

// The first bytes of a PNG are made to show what transfers do to files. One of the four may be off,
// so that a damaged PNG is called damaged and not some other type.
bool begins_as_png(std::span<const std::uint8_t> bytes) {
  constexpr std::array<std::uint8_t, 4> kSignature = {0x89, 'P', 'N', 'G'};
  const std::size_t size = std::min(bytes.size(), kSignature.size());
  std::size_t equal = 0;
  for (std::size_t i = 0; i < size; ++i) equal += bytes[i] == kSignature[i];
  return equal >= std::max<std::size_t>(1, size - 1);
}

bool begins_as_jpeg(std::span<const std::uint8_t> bytes) {
  return bytes[0] == 0xFF && (bytes.size() < 2 || bytes[1] == 0xD8);
}

bool begins_as_ppm(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 2 && bytes[0] == 'P' && (bytes[1] == '5' || bytes[1] == '6');
}

std::string first_bytes(std::span<const std::uint8_t> bytes) {
  std::ostringstream out;
  for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 4); ++i)
    out << (i == 0 ? "" : " ") << std::hex << std::setw(2) << std::setfill('0') << int{bytes[i]};
  return out.str();
}

}  // namespace

Image read_image(std::span<const std::uint8_t> bytes, std::uint64_t max_pixels) {
  if (bytes.empty()) throw Error(ErrorKind::kCorrupt, "the file is empty, expected a picture");
  if (begins_as_png(bytes)) return read_png(bytes, max_pixels);
  if (begins_as_jpeg(bytes)) return read_jpeg(bytes, max_pixels);
  if (begins_as_ppm(bytes)) return read_ppm(bytes, max_pixels);
  throw Error(ErrorKind::kUnsupported, "begins with bytes ", first_bytes(bytes),
              ", expected a PNG, JPEG, PPM or PGM file");
}

void check_size(const char* type, std::uint64_t width, std::uint64_t height,
                std::uint64_t max_pixels) {
  constexpr std::uint64_t kMaxSide = std::numeric_limits<std::int32_t>::max();
  if (width == 0 || height == 0 || width > kMaxSide || height > kMaxSide)
    throw Error(ErrorKind::kCorrupt, type, ": size is ", width, "x", height,
                ", expected sides of 1 to ", kMaxSide);
  if (width * height > max_pixels)
    throw Error(ErrorKind::kResource, type, ": ", width, "x", height, " is ", width * height,
                " pixels, the limit is ", max_pixels);
}

}  // namespace vqcodec::codec
