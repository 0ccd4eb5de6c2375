#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <utility>

#include "codec/image_formats.h"
#include "codec/png_metadata.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

// What libpng's callbacks share with us. No destructors: libpng leaves its functions by longjmp.
struct PngSource {
  const std::uint8_t* bytes;
  std::size_t size;
  std::size_t position;
  char problem[96];
};

[[noreturn]] void leave(png_structp png, png_const_charp problem) {
  auto* source = static_cast<PngSource*>(png_get_error_ptr(png));
  std::snprintf(source->problem, sizeof source->problem, "%s", problem);
  png_longjmp(png, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp png, png_bytep target, png_size_t count) {
  auto* source = static_cast<PngSource*>(png_get_io_ptr(png));
  if (count > source->size - source->position) png_error(png, "the file ends too early");
  std::memcpy(target, source->bytes + source->position, count);
  source->position += count;
}

// The frame that libpng jumps back to: neither it nor a step it runs may hold an object with a
// destructor. False where the step was left.
template <typename Step>
bool returns(png_structp png, const Step& step) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  step();
  return true;
}

class PngReader {
 public:
  explicit PngReader(std::span<const std::uint8_t> bytes)
      : source_{bytes.data(), bytes.size(), 0, {}},
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &source_, leave, ignore_warning)),
        info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw Error(ErrorKind::kResource, "PNG: out of memory");
    }
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  Image read(std::uint64_t max_pixels);

 private:
  template <typename Step>
  void run(const Step& step) {
    if (!returns(png_, step)) throw Error(ErrorKind::kCorrupt, "PNG: ", source_.problem);
  }
  void read_header();
  void check_header(std::uint64_t max_pixels) const;
  void ask_for_8_bits();
  void read_pixels(Image& image);
  void collect_metadata(Image& image) const;

  PngSource source_;
  png_structp png_;
  png_infop info_;
};

void PngReader::read_header() {
  run([this] {
    png_set_read_fn(png_, &source_, read_bytes);
    // Sizes are judged by check_header, damaged metadata is damage too.
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    // Chunks kept unread, up to 1000 of 8 MB: libpng's own limits.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_ALWAYS,
                                reinterpret_cast<png_const_bytep>(kMetadataChunks.data()),
                                kMetadataChunkCount);
    png_read_info(png_, info_);
  });
}

void PngReader::check_header(std::uint64_t max_pixels) const {
  const std::uint64_t height = png_get_image_height(png_, info_);
  check_size("PNG", png_get_image_width(png_, info_), height, max_pixels);
  // Deflate packs 258 bytes into two bits at best.
  constexpr std::uint64_t kMaxExpansion = 258 * 4;
  const std::uint64_t size = height * png_get_rowbytes(png_, info_);
  if (size / kMaxExpansion > source_.size)
    throw Error(ErrorKind::kCorrupt, "PNG: ", source_.size, " bytes cannot hold a picture of ",
                size);
}

void PngReader::ask_for_8_bits() {
  run([this] {
    const int color = png_get_color_type(png_, info_);
    const int depth = png_get_bit_depth(png_, info_);
    if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png_);
    if (png_get_valid(png_, info_, PNG_INFO_tRNS) != 0) png_set_tRNS_to_alpha(png_);
    if (depth == 16) png_set_scale_16(png_);  // rounds; png_set_strip_16 would cut
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  });
}

// Row y of the picture, from samples whose last channel is alpha.
void split_alpha(const std::uint8_t* sample, std::size_t y, Image& image) {
  const auto width = static_cast<std::size_t>(image.width);
  const auto channels = static_cast<std::size_t>(image.channels);
  std::uint8_t* pixel = image.pixels.data() + y * width * channels;
  std::uint8_t* alpha = image.alpha.data() + y * width;
  for (std::size_t x = 0; x < width; ++x) {
    for (std::size_t c = 0; c < channels; ++c) *pixel++ = *sample++;
    *alpha++ = *sample++;
  }
}

// Row by row, so that a big picture is in memory once. Of interlaced files all rows come together.
void PngReader::read_pixels(Image& image) {
  const int samples_per_pixel = png_get_channels(png_, info_);
  const bool interlaced = png_get_interlace_type(png_, info_) != PNG_INTERLACE_NONE;
  image.channels = samples_per_pixel < 3 ? 1 : 3;
  const bool has_alpha = samples_per_pixel > image.channels;
  const auto height = static_cast<std::size_t>(image.height);
  image.pixels.resize(image.area() * static_cast<std::size_t>(image.channels));
  if (has_alpha) image.alpha.resize(image.area());

  const auto row_size = image.area() / height * static_cast<std::size_t>(samples_per_pixel);
  std::vector<std::uint8_t> samples(has_alpha ? row_size * (interlaced ? height : 1) : 0);
  const auto row = [&](std::size_t y) {
    if (!has_alpha) return image.pixels.data() + y * row_size;
    return samples.data() + (interlaced ? y * row_size : 0);
  };
  std::vector<png_bytep> rows;
  for (std::size_t y = 0; interlaced && y < height; ++y) rows.push_back(row(y));
  run([&] {
    if (interlaced) png_read_image(png_, rows.data());
    for (std::size_t y = 0; y < height; ++y) {
      if (!interlaced) png_read_row(png_, row(y), nullptr);
      if (has_alpha) split_alpha(row(y), y, image);
    }
    png_read_end(png_, info_);  // metadata may follow the pixels; a file without its end is cut
  });
}

void PngReader::collect_metadata(Image& image) const {
  png_unknown_chunkp chunks = nullptr;
  const int count = png_get_unknown_chunks(png_, info_, &chunks);
  for (int i = 0; i < count; ++i) {
    const char* type = reinterpret_cast<const char*>(chunks[i].name);
    append_metadata(type, {chunks[i].data, chunks[i].size}, image.metadata);
  }
}

Image PngReader::read(std::uint64_t max_pixels) {
  read_header();
  check_header(max_pixels);
  Image image;
  image.width = static_cast<int>(png_get_image_width(png_, info_));
  image.height = static_cast<int>(png_get_image_height(png_, info_));
  const bool palette = png_get_color_type(png_, info_) == PNG_COLOR_TYPE_PALETTE;
  image.source_bits = palette ? 8 : png_get_bit_depth(png_, info_);
  ask_for_8_bits();
  read_pixels(image);
  collect_metadata(image);
  return image;
}

}  // namespace

Image read_png(std::span<const std::uint8_t> bytes, std::uint64_t max_pixels) {
  return PngReader(bytes).read(max_pixels);
}

}  // namespace vqcodec::codec
