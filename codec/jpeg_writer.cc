#include "codec/jpeg_writer.h"

#include <csetjmp>

#include "codec/libjpeg.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

class JpegWriter {
 public:
  JpegWriter() {
    jpeg_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = leave_jpeg;
  }
  ~JpegWriter() { jpeg_destroy_compress(&jpeg_); }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;

  std::vector<std::uint8_t> write(const Image& image, int quality, JpegChroma chroma);

 private:
  bool write_into(const Image& image, int quality, JpegChroma chroma, unsigned char** file,
                  unsigned long* size);

  jpeg_compress_struct jpeg_{};
  JpegErrors errors_{};
};

// The frame that libjpeg jumps back to: it may hold no object with a destructor.
bool JpegWriter::write_into(const Image& image, int quality, JpegChroma chroma,
                            unsigned char** file, unsigned long* size) {
  if (setjmp(errors_.return_point) != 0) return false;
  jpeg_create_compress(&jpeg_);
  jpeg_mem_dest(&jpeg_, file, size);
  jpeg_.image_width = static_cast<JDIMENSION>(image.width);
  jpeg_.image_height = static_cast<JDIMENSION>(image.height);
  jpeg_.input_components = image.channels;
  jpeg_.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg_);  // 4:2:0
  if (chroma == JpegChroma::kFull)
    jpeg_.comp_info[0].h_samp_factor = jpeg_.comp_info[0].v_samp_factor = 1;
  jpeg_set_quality(&jpeg_, quality, FALSE);
  jpeg_.optimize_coding = TRUE;
  jpeg_simple_progression(&jpeg_);
  jpeg_start_compress(&jpeg_, TRUE);
  const std::size_t row_bytes =
      static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
  while (jpeg_.next_scanline < jpeg_.image_height) {
    // libjpeg's interface is older than const.
    auto* row = const_cast<JSAMPROW>(image.pixels.data() + jpeg_.next_scanline * row_bytes);
    jpeg_write_scanlines(&jpeg_, &row, 1);
  }
  jpeg_finish_compress(&jpeg_);
  return true;
}

std::vector<std::uint8_t> JpegWriter::write(const Image& image, int quality, JpegChroma chroma) {
  // More than any picture needs (tjBufSize allows 6 bytes a pixel at 4:4:4), so that libjpeg never
  // replaces the buffer by its own.
  const std::size_t blocks = (static_cast<std::size_t>(image.width) / 16 + 1) *
                             (static_cast<std::size_t>(image.height) / 16 + 1);
  std::vector<std::uint8_t> file(blocks * 16 * 16 * 6 + 4096);
  unsigned char* start = file.data();
  unsigned long size = file.size();
  if (!write_into(image, quality, chroma, &start, &size))
    throw Error(ErrorKind::kUnsupported, "JPEG: ", errors_.problem);
  file.resize(size);
  return file;
}

}  // namespace

std::vector<std::uint8_t> write_jpeg(const Image& image, int quality, JpegChroma chroma) {
  return JpegWriter().write(image, quality, chroma);
}

}  // namespace vqcodec::codec
