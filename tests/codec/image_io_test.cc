#include "codec/image_io.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/codec/files.h"

namespace vqcodec::codec {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

std::uint32_t big_endian_at(const Bytes& bytes, std::size_t i) {
  return std::uint32_t{bytes[i]} << 24 | std::uint32_t{bytes[i + 1]} << 16 |
         std::uint32_t{bytes[i + 2]} << 8 | bytes[i + 3];
}

// The whole suite where the data are at hand, its most telling files otherwise.
std::vector<fs::path> pngsuite() {
  const auto data = data_folder();
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(data ? *data / "pngsuite" : testdata("pngsuite")))
    if (entry.path().extension() == ".png") files.push_back(entry.path());
  std::ranges::sort(files);
  EXPECT_GE(files.size(), 50U);
  return files;
}

bool is_broken(const fs::path& file) { return file.filename().string()[0] == 'x'; }

Image image_in(const char* name) { return read_image(file_bytes(testdata("pngsuite") / name)); }

TEST(ImageIo, KeepsSizeGreyAlphaAndBitsOfEveryValidPngSuiteFile) {
  for (const fs::path& file : pngsuite()) {
    if (is_broken(file)) continue;
    SCOPED_TRACE(file.filename());
    const Bytes bytes = file_bytes(file);
    const Image image = read_image(bytes);
    const int color_type = bytes[25];  // of IHDR, which stands at a fixed place
    const std::string text(bytes.begin(), bytes.end());
    const bool has_alpha = (color_type & 4) != 0 || text.find("tRNS") != std::string::npos;
    EXPECT_EQ(image.width, static_cast<int>(big_endian_at(bytes, 16)));
    EXPECT_EQ(image.height, static_cast<int>(big_endian_at(bytes, 20)));
    EXPECT_EQ(image.channels, (color_type & 2) != 0 ? 3 : 1);
    EXPECT_EQ(image.source_bits, color_type == 3 ? 8 : bytes[24]);
    EXPECT_EQ(image.alpha.size(), has_alpha ? image.area() : 0);
    EXPECT_EQ(image.pixels.size(), image.area() * static_cast<std::size_t>(image.channels));
  }
}

TEST(ImageIo, CallsEveryBrokenPngSuiteFileCorrupt) {
  for (const fs::path& file : pngsuite()) {
    if (!is_broken(file)) continue;
    EXPECT_EQ(error_of([&] { read_image(file_bytes(file)); }), ErrorKind::kCorrupt) << file;
  }
}

// What write_png writes, read_png reads: for every file of the suite, metadata included.
TEST(ImageIo, PngGivesBackThePicture) {
  for (const fs::path& file : pngsuite()) {
    if (is_broken(file)) continue;
    Image image = read_image(file_bytes(file));
    image.source_bits = 8;  // the only bits a written file has
    EXPECT_EQ(read_image(write_png(image)), image) << file;
  }
}

// Large pictures leave in pieces, none of which is large.
TEST(ImageIo, WritersKeepNoFileInMemory) {
  Image image{
      .width = 700, .height = 700, .channels = 3, .pixels = {}, .alpha = {}, .metadata = {}};
  std::uint32_t noise = 1;
  for (std::size_t i = 0; i < image.area() * 3; ++i)
    image.pixels.push_back(static_cast<std::uint8_t>((noise = noise * 1664525 + 1013904223) >> 24));
  Bytes file;
  write_png(image, [&](auto bytes) {
    EXPECT_LT(bytes.size(), image.pixels.size() / 4);
    file.insert(file.end(), bytes.begin(), bytes.end());
  });
  EXPECT_EQ(file, write_png(image));
  EXPECT_EQ(read_image(file), image);
}

// What the sink throws comes out as it is, past libpng's frames.
TEST(ImageIo, AFullDiskEndsTheWriter) {
  const Image image = image_in("basn6a08.png");
  int calls = 0;
  const auto full = [&](auto) {
    if (++calls == 3) throw Error(ErrorKind::kResource, "no space");
  };
  EXPECT_EQ(error_of([&] { write_png(image, full); }), ErrorKind::kResource);
  EXPECT_EQ(calls, 3);
}

TEST(ImageIo, PpmGivesBackTheColors) {
  for (const char* name : {"basn2c08.png", "basn0g08.png"}) {
    Image image = image_in(name);
    image.metadata.clear();
    EXPECT_EQ(read_image(write_ppm(image)), image) << name;
  }
}

TEST(ImageIo, PpmLeavesOutAlpha) {
  Image image = image_in("basn6a08.png");
  const Bytes file = write_ppm(image);
  EXPECT_EQ(read_image(file).pixels, image.pixels);
  EXPECT_TRUE(read_image(file).alpha.empty());
}

TEST(ImageIo, TellsUnknownTypesFromDamage) {
  const auto kind = [](const Bytes& bytes) { return error_of([&] { read_image(bytes); }); };
  EXPECT_EQ(kind({}), ErrorKind::kCorrupt);
  EXPECT_EQ(kind({'R', 'I', 'F', 'F', 0, 0, 0, 0}), ErrorKind::kUnsupported);
  EXPECT_EQ(kind({0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'}), ErrorKind::kUnsupported);
  EXPECT_EQ(kind({'P', '4', '\n', '1', ' ', '1', '\n', 0}), ErrorKind::kUnsupported);
  EXPECT_EQ(kind({0x89, 'P', 'N', 'G'}), ErrorKind::kCorrupt);
  EXPECT_EQ(kind({0xFF, 0xD8, 0xFF}), ErrorKind::kCorrupt);
  EXPECT_EQ(kind({'P', '6'}), ErrorKind::kCorrupt);
}

TEST(ImageIo, KeepsToTheLimitOfPixels) {
  const Bytes file = file_bytes(testdata("pngsuite/basn2c08.png"));  // 32x32
  EXPECT_EQ(read_image(file, 1024).area(), 1024U);
  EXPECT_EQ(error_of([&] { read_image(file, 1023); }), ErrorKind::kResource);
}

}  // namespace
}  // namespace vqcodec::codec
