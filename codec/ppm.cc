// Source: Netpbm, "PPM Format Specification" and "PGM Format Specification".
#include <bit>
#include <cassert>
#include <string>

#include "codec/image_formats.h"
#include "codec/image_io.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

constexpr std::uint32_t kMaxSample = 65535;

// Not those of <cctype>, which ask the locale.
bool is_space(std::uint8_t letter) { return letter == ' ' || (letter >= '\t' && letter <= '\r'); }
bool is_digit(std::uint8_t letter) { return letter >= '0' && letter <= '9'; }

// The text in front of the samples: numbers between white space and comments.
class PpmHeader {
 public:
  explicit PpmHeader(std::span<const std::uint8_t> bytes) : bytes_(bytes), position_(2) {}

  std::uint64_t number(const char* name) {
    skip_space_and_comments();
    constexpr std::uint64_t kMaxNumber = std::uint64_t{1} << 31;
    std::uint64_t value = 0;
    const std::size_t start = position_;
    while (position_ < bytes_.size() && is_digit(bytes_[position_])) {
      value = value * 10 + static_cast<std::uint64_t>(bytes_[position_++] - '0');
      if (value > kMaxNumber) throw Error(ErrorKind::kCorrupt, "PPM: the ", name, " is too large");
    }
    if (position_ == start) throw Error(ErrorKind::kCorrupt, "PPM: expected the ", name);
    return value;
  }

  // Exactly one white space parts the last number from the samples, whose first may look like one.
  std::span<const std::uint8_t> samples() const {
    if (position_ == bytes_.size() || !is_space(bytes_[position_]))
      throw Error(ErrorKind::kCorrupt, "PPM: the header does not end in white space");
    return bytes_.subspan(position_ + 1);
  }

 private:
  void skip_space_and_comments() {
    while (position_ < bytes_.size() && (is_space(bytes_[position_]) || bytes_[position_] == '#')) {
      if (bytes_[position_] == '#')
        while (position_ < bytes_.size() && bytes_[position_] != '\n') ++position_;
      else
        ++position_;
    }
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t position_;
};

// To 0..255, rounded to nearest.
void scale_samples(std::span<const std::uint8_t> samples, std::uint32_t max_value,
                   std::vector<std::uint8_t>& pixels) {
  const bool wide = max_value > 255;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::uint32_t value =
        wide ? std::uint32_t{samples[2 * i]} << 8 | samples[2 * i + 1] : samples[i];
    if (value > max_value)
      throw Error(ErrorKind::kCorrupt, "PPM: sample ", i, " is ", value,
                  ", the header says at most ", max_value);
    pixels[i] = static_cast<std::uint8_t>((value * 255 + max_value / 2) / max_value);
  }
}

}  // namespace

Image read_ppm(std::span<const std::uint8_t> bytes, std::uint64_t max_pixels) {
  PpmHeader header(bytes);
  const std::uint64_t width = header.number("width");
  const std::uint64_t height = header.number("height");
  const std::uint64_t max_value = header.number("maximum");
  check_size("PPM", width, height, max_pixels);
  if (max_value == 0 || max_value > kMaxSample)
    throw Error(ErrorKind::kCorrupt, "PPM: the maximum is ", max_value, ", expected 1 to ",
                kMaxSample);

  Image image;
  image.width = static_cast<int>(width);
  image.height = static_cast<int>(height);
  image.channels = bytes[1] == '5' ? 1 : 3;
  image.source_bits = static_cast<int>(std::bit_width(max_value));
  const std::size_t count = image.area() * static_cast<std::size_t>(image.channels);
  const std::size_t expected = count * (max_value > 255 ? 2 : 1);
  const auto samples = header.samples();
  if (samples.size() != expected)
    throw Error(ErrorKind::kCorrupt, "PPM: ", samples.size(), " bytes of samples, expected ",
                expected);
  image.pixels.resize(count);
  scale_samples(samples, static_cast<std::uint32_t>(max_value), image.pixels);
  return image;
}

void write_ppm(const Image& image, const ByteSink& sink) {
  assert(image.pixels.size() == image.area() * static_cast<std::size_t>(image.channels));
  const std::string header = std::string(image.channels == 1 ? "P5" : "P6") + "\n" +
                             std::to_string(image.width) + " " + std::to_string(image.height) +
                             "\n255\n";
  sink({reinterpret_cast<const std::uint8_t*>(header.data()), header.size()});
  sink(image.pixels);
}

std::vector<std::uint8_t> write_ppm(const Image& image) {
  std::vector<std::uint8_t> file;
  write_ppm(image, [&](auto bytes) { file.insert(file.end(), bytes.begin(), bytes.end()); });
  return file;
}

}  // namespace vqcodec::codec
