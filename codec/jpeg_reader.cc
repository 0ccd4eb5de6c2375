#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "codec/image_formats.h"
#include "codec/libjpeg.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

using namespace std::string_view_literals;

// A tiny file could order hours of work by thousands of scans over a large picture; encoders write
// about ten.
constexpr int kMaxScans = 100;

constexpr int kExifMarker = JPEG_APP0 + 1;  // XMP too
constexpr int kProfileMarker = JPEG_APP0 + 2;

// libjpeg goes on after these and fills in grey.
bool means_damage(int warning) {
  return warning == JWRN_JPEG_EOF || warning == JWRN_HIT_MARKER || warning == JWRN_HUFF_BAD_CODE ||
         warning == JWRN_MUST_RESYNC || warning == JWRN_ARITH_BAD_CODE || warning == JWRN_BOGUS_ICC;
}

void judge_message(j_common_ptr jpeg, int level) {
  if (level < 0 && means_damage(jpeg->err->msg_code)) leave_jpeg(jpeg);
}

void limit_scans(j_common_ptr jpeg) {
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number <= kMaxScans) return;
  auto* errors = reinterpret_cast<JpegErrors*>(jpeg->err);
  errors->base.msg_code = JERR_BAD_PROGRESSION;
  std::snprintf(errors->problem, sizeof errors->problem, "has more than %d scans", kMaxScans);
  std::longjmp(errors->return_point, 1);
}

bool is_unsupported(int error) {
  return error == JERR_BAD_PRECISION || error == JERR_SOF_UNSUPPORTED ||
         error == JERR_ARITH_NOTIMPL || error == JERR_NOT_COMPILED ||
         error == JERR_CCIR601_NOTIMPL || error == JERR_FRACT_SAMPLE_NOTIMPL;
}

// The frame that libjpeg jumps back to: neither it nor a step it runs may hold an object with a
// destructor. False where the step was left.
template <typename Step>
bool returns(std::jmp_buf& return_point, const Step& step) {
  if (setjmp(return_point) != 0) return false;
  step();
  return true;
}

class JpegReader {
 public:
  explicit JpegReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
    jpeg_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = leave_jpeg;
    errors_.base.emit_message = judge_message;
    progress_.progress_monitor = limit_scans;
    run([this] {
      jpeg_create_decompress(&jpeg_);
      jpeg_.progress = &progress_;
    });
  }
  ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  Image read(std::uint64_t max_pixels);

 private:
  template <typename Step>
  void run(const Step& step) {
    if (returns(errors_.return_point, step)) return;
    const bool unsupported = is_unsupported(errors_.base.msg_code);
    throw Error(unsupported ? ErrorKind::kUnsupported : ErrorKind::kCorrupt,
                "JPEG: ", errors_.problem);
  }
  void read_header();
  void check_header(std::uint64_t max_pixels) const;
  void read_pixels(Image& image);
  void collect_profile(Image& image);
  void collect_exif_and_xmp(Image& image) const;

  std::span<const std::uint8_t> bytes_;
  JpegErrors errors_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct jpeg_{};
};

void JpegReader::read_header() {
  run([this] {
    jpeg_mem_src(&jpeg_, bytes_.data(), static_cast<unsigned long>(bytes_.size()));
    jpeg_save_markers(&jpeg_, kExifMarker, 0xFFFF);
    jpeg_save_markers(&jpeg_, kProfileMarker, 0xFFFF);
    jpeg_read_header(&jpeg_, TRUE);
  });
}

void JpegReader::check_header(std::uint64_t max_pixels) const {
  check_size("JPEG", jpeg_.image_width, jpeg_.image_height, max_pixels);
  if (jpeg_.jpeg_color_space != JCS_GRAYSCALE && jpeg_.jpeg_color_space != JCS_YCbCr &&
      jpeg_.jpeg_color_space != JCS_RGB)
    throw Error(ErrorKind::kUnsupported, "JPEG: ", jpeg_.num_components,
                " components, neither grey nor RGB nor YCbCr (CMYK?)");
  // Huffman codes spend at least a bit on a block of 8x8, which stands for 4x4 as many pixels in
  // the most subsampled component. Arithmetic codes may spend less.
  constexpr std::uint64_t kMaxPixelsPerByte = 8 * 64 * 16;
  const std::uint64_t area = std::uint64_t{jpeg_.image_width} * jpeg_.image_height;
  if (!jpeg_.arith_code && area / kMaxPixelsPerByte > bytes_.size())
    throw Error(ErrorKind::kCorrupt, "JPEG: ", bytes_.size(), " bytes cannot hold ", area,
                " pixels");
}

void JpegReader::read_pixels(Image& image) {
  image.channels = jpeg_.jpeg_color_space == JCS_GRAYSCALE ? 1 : 3;
  image.pixels.resize(image.area() * static_cast<std::size_t>(image.channels));
  const std::size_t row_bytes = image.pixels.size() / static_cast<std::size_t>(image.height);
  run([&] {
    jpeg_.out_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&jpeg_);
    while (jpeg_.output_scanline < jpeg_.output_height) {
      JSAMPROW rows[16];
      const unsigned count = std::min(16U, jpeg_.output_height - jpeg_.output_scanline);
      for (unsigned i = 0; i < count; ++i)
        rows[i] = image.pixels.data() + (jpeg_.output_scanline + i) * row_bytes;
      jpeg_read_scanlines(&jpeg_, rows, count);
    }
    jpeg_finish_decompress(&jpeg_);  // reads on to the end marker: a file without it is cut
  });
}

void JpegReader::collect_profile(Image& image) {
  JOCTET* profile = nullptr;
  unsigned size = 0;
  // Joins the segments; reports by warning where one is missing.
  run([&] { jpeg_read_icc_profile(&jpeg_, &profile, &size); });
  const std::unique_ptr<JOCTET, decltype(&std::free)> owner(profile, std::free);
  if (profile != nullptr) image.metadata.push_back({"iCCP", {profile, profile + size}});
}

void JpegReader::collect_exif_and_xmp(Image& image) const {
  const std::array<std::pair<std::string_view, const char*>, 2> kinds = {{
      {"Exif\0\0"sv, "eXIf"},
      {"http://ns.adobe.com/xap/1.0/\0"sv, "xmp "},
  }};
  for (const auto& [prefix, type] : kinds)
    for (const auto* marker = jpeg_.marker_list; marker != nullptr; marker = marker->next) {
      const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (marker->marker != kExifMarker || !data.starts_with(prefix)) continue;
      if (data.size() > prefix.size())
        image.metadata.push_back(
            {type, {data.begin() + static_cast<std::ptrdiff_t>(prefix.size()), data.end()}});
      break;
    }
}

Image JpegReader::read(std::uint64_t max_pixels) {
  read_header();
  check_header(max_pixels);
  Image image;
  image.width = static_cast<int>(jpeg_.image_width);
  image.height = static_cast<int>(jpeg_.image_height);
  // First: libjpeg forgets the markers when it is done.
  collect_profile(image);
  collect_exif_and_xmp(image);
  read_pixels(image);
  return image;
}

}  // namespace

Image read_jpeg(std::span<const std::uint8_t> bytes, std::uint64_t max_pixels) {
  return JpegReader(bytes).read(max_pixels);
}

}  // namespace vqcodec::codec
