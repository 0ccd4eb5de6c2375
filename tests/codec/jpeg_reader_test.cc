// The JPEG reader, with files that libjpeg writes here.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <random>
#include <string>

#include "codec/image_io.h"
#include "codec/libjpeg.h"
#include "tests/codec/files.h"

namespace vqcodec::codec {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct JpegParts {
  int width = 16;
  int height = 16;
  int channels = 3;
  int chroma_sampling = 1;  // 2: 4:2:0
  bool progressive = false;
  // Called between the header and the pixels.
  std::function<void(jpeg_compress_struct&)> write_markers = [](jpeg_compress_struct&) {};
};

// Smooth, so that only the reader's geometry can spoil it; red, green and blue differ.
int sample(int x, int y, int c) { return 60 + 2 * x + y + 20 * c; }

Bytes build_jpeg(const JpegParts& parts) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* file = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &file, &size);
  jpeg.image_width = static_cast<JDIMENSION>(parts.width);
  jpeg.image_height = static_cast<JDIMENSION>(parts.height);
  jpeg.input_components = parts.channels;
  jpeg.in_color_space = parts.channels == 1   ? JCS_GRAYSCALE
                        : parts.channels == 3 ? JCS_RGB
                                              : JCS_CMYK;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 98, TRUE);
  jpeg.comp_info[0].h_samp_factor = jpeg.comp_info[0].v_samp_factor = parts.chroma_sampling;
  if (parts.progressive) jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  parts.write_markers(jpeg);
  for (int y = 0; y < parts.height; ++y) {
    Bytes row;
    for (int x = 0; x < parts.width; ++x)
      for (int c = 0; c < parts.channels; ++c)
        row.push_back(static_cast<std::uint8_t>(sample(x, y, c)));
    JSAMPROW pointer = row.data();
    jpeg_write_scanlines(&jpeg, &pointer, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  Bytes bytes(file, file + size);
  std::free(file);
  return bytes;
}

void write_marker(jpeg_compress_struct& jpeg, int marker, const Bytes& bytes) {
  jpeg_write_marker(&jpeg, marker, bytes.data(), static_cast<unsigned>(bytes.size()));
}

Bytes prefixed(const std::string& prefix, const Bytes& bytes) {
  Bytes out(prefix.begin(), prefix.end());
  out.insert(out.end(), bytes.begin(), bytes.end());
  return out;
}

TEST(JpegReader, ReadsEverySize) {
  for (const int channels : {1, 3})
    for (const int chroma_sampling : {1, channels == 3 ? 2 : 1})
      for (const int side : {1, 2, 7, 8, 15, 16, 17, 33}) {
        JpegParts parts;
        parts.width = side;
        parts.height = 34 - side;
        parts.channels = channels;
        parts.chroma_sampling = chroma_sampling;
        const Image image = read_image(build_jpeg(parts));
        ASSERT_EQ(image.width, parts.width);
        ASSERT_EQ(image.height, parts.height);
        ASSERT_EQ(image.channels, channels);
        std::size_t i = 0;
        for (int y = 0; y < image.height; ++y)
          for (int x = 0; x < image.width; ++x)
            for (int c = 0; c < channels; ++c)
              ASSERT_NEAR(image.pixels[i++], sample(x, y, c), 4) << side << " at " << x << "," << y;
      }
}

TEST(JpegReader, ProgressiveFilesShowTheSamePicture) {
  JpegParts parts;
  const Image plain = read_image(build_jpeg(parts));
  parts.progressive = true;
  EXPECT_EQ(read_image(build_jpeg(parts)), plain);
}

TEST(JpegReader, KeepsProfileExifAndXmp) {
  Bytes profile(150000);  // three segments
  std::mt19937 random(7);
  for (auto& byte : profile) byte = static_cast<std::uint8_t>(random());
  const Bytes exif = {'I', 'I', 42, 0, 8, 0, 0, 0, 0, 0};
  const Bytes xmp = {'<', 'x', '/', '>'};
  JpegParts parts;
  parts.write_markers = [&](jpeg_compress_struct& jpeg) {
    write_marker(jpeg, JPEG_APP0 + 1,
                 prefixed(std::string("http://ns.adobe.com/xap/1.0/\0", 29), xmp));
    write_marker(jpeg, JPEG_APP0 + 1, prefixed(std::string("Exif\0\0", 6), exif));
    jpeg_write_icc_profile(&jpeg, profile.data(), static_cast<unsigned>(profile.size()));
  };
  const Image image = read_image(build_jpeg(parts));
  EXPECT_EQ(image.metadata,
            (std::vector<Metadata>{{"iCCP", profile}, {"eXIf", exif}, {"xmp ", xmp}}));
  EXPECT_EQ(read_image(write_png(image)), image);
}

TEST(JpegReader, RefusesAProfileWithAMissingPart) {
  JpegParts parts;
  parts.write_markers = [](jpeg_compress_struct& jpeg) {
    write_marker(jpeg, JPEG_APP0 + 2, prefixed(std::string("ICC_PROFILE\0", 12), {1, 2, 'p'}));
  };
  EXPECT_EQ(error_of([&] { read_image(build_jpeg(parts)); }), ErrorKind::kCorrupt);
}

TEST(JpegReader, CallsEveryCutFileCorrupt) {
  for (const bool progressive : {false, true}) {
    JpegParts parts;
    parts.progressive = progressive;
    const Bytes file = build_jpeg(parts);
    for (std::size_t size = 0; size < file.size(); ++size)
      EXPECT_EQ(error_of([&] { read_image(std::span(file).first(size)); }), ErrorKind::kCorrupt)
          << size;
  }
}

TEST(JpegReader, CallsCmykUnsupported) {
  JpegParts parts;
  parts.channels = 4;
  EXPECT_EQ(error_of([&] { read_image(build_jpeg(parts)); }), ErrorKind::kUnsupported);
}

// The frame header's precision follows its marker and length.
TEST(JpegReader, Calls12BitsUnsupported) {
  Bytes file = build_jpeg({});
  const std::string text(file.begin(), file.end());
  const std::size_t frame = text.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  file[frame + 4] = 12;
  EXPECT_EQ(error_of([&] { read_image(file); }), ErrorKind::kUnsupported);
}

TEST(JpegReader, RefusesSizesThatTheFileCannotHold) {
  Bytes file = build_jpeg({});
  const std::string text(file.begin(), file.end());
  const std::size_t frame = text.find("\xFF\xC0");
  file[frame + 5] = file[frame + 7] = 0x3F;  // high bytes of height and width
  EXPECT_EQ(error_of([&] { read_image(file); }), ErrorKind::kCorrupt);
  EXPECT_NE(message_of([&] { read_image(file); }).find("cannot hold"), std::string::npos);
  file[frame + 5] = file[frame + 7] = 0xFF;
  EXPECT_EQ(error_of([&] { read_image(file); }), ErrorKind::kResource);
}

// The first scan, the means of all blocks, again and again: each is work over the whole picture.
TEST(JpegReader, RefusesEndlessScans) {
  JpegParts parts;
  parts.progressive = true;
  const Bytes file = build_jpeg(parts);
  const std::string text(file.begin(), file.end());
  const std::size_t start = text.find("\xFF\xDA");
  const std::size_t end = text.find("\xFF\xC4", start);  // the tables of the next scan
  const auto with_scans = [&](int count) {
    std::string repeated = text.substr(0, end);
    for (int i = 0; i < count; ++i) repeated += text.substr(start, end - start);
    repeated += text.substr(end);
    return Bytes(repeated.begin(), repeated.end());
  };
  EXPECT_EQ(read_image(with_scans(50)), read_image(file));
  EXPECT_EQ(error_of([&] { read_image(with_scans(100)); }), ErrorKind::kCorrupt);
}

TEST(JpegReader, AnyBytesGiveAPictureOrAnError) {
  JpegParts parts;
  parts.progressive = true;
  const Bytes file = build_jpeg(parts);
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    Bytes damaged = file;
    for (int i = 0; i < 3; ++i)
      damaged[random() % file.size()] = static_cast<std::uint8_t>(random());
    error_of([&] { read_image(damaged, 1 << 20); });
  }
}

}  // namespace
}  // namespace vqcodec::codec
