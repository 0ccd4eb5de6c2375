#include "models/image_sets.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "entropy/error.h"
#include "models/dataset.h"

namespace vqcodec::models {
namespace {

using Bytes = std::vector<std::uint8_t>;

class ImageSetFiles : public testing::Test {
 protected:
  ImageSetFiles() {
    folder = testing::TempDir() + "image_sets_" +
             testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  ~ImageSetFiles() override { std::filesystem::remove_all(folder); }

  void write(const std::string& name, const Bytes& bytes) const {
    std::ofstream file(folder + "/" + name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  void write_gzip(const std::string& name, const Bytes& bytes) const {
    gzFile file = gzopen((folder + "/" + name).c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
  }
  // What reading the folder says, and its exit code.
  std::string refusal(ErrorKind kind) const {
    try {
      read_image_sets(folder);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      return error.what();
    }
    return "";
  }

  std::string folder;
};

// count pictures of 2x3 pixels, values 0, 1, 2, ...
Bytes idx_pictures(std::uint8_t count) {
  Bytes bytes = {0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 3};
  for (int i = 0; i < count * 6; ++i) bytes.push_back(static_cast<std::uint8_t>(i));
  return bytes;
}

Bytes idx_labels(std::uint8_t count) {
  Bytes bytes = {0, 0, 8, 1, 0, 0, 0, count};
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(i % 10));
  return bytes;
}

TEST_F(ImageSetFiles, IdxFilesAreReadGzippedOrNot) {
  write_gzip("train-images-idx3-ubyte.gz", idx_pictures(20));
  write("train-labels-idx1-ubyte", idx_labels(20));
  write("t10k-images-idx3-ubyte", idx_pictures(3));
  const auto sets = read_image_sets(folder);
  EXPECT_EQ(sets.train.images.sizes(), torch::IntArrayRef({18, 1, 2, 3}));
  EXPECT_EQ(sets.validation.images.sizes(), torch::IntArrayRef({2, 1, 2, 3}));
  EXPECT_EQ(sets.test.images[2][0][1][2].item<int>(), 17);
  EXPECT_EQ(sets.train.images[9][0][0][0].item<int>(), 60);  // number 9 is held out
  EXPECT_EQ(sets.train.labels[9].item<int>(), 0);
  EXPECT_EQ(sets.validation.labels[1].item<int>(), 9);
  EXPECT_FALSE(sets.test.labels.defined());
}

TEST_F(ImageSetFiles, SixteenBitNumbersAreReadToo) {
  write("wide", {0, 0, 0x0B, 1, 0, 0, 0, 2, 0x01, 0x02, 0xFF, 0xFE});
  const auto numbers = read_idx(folder + "/wide");
  EXPECT_EQ(numbers[0].item<int>(), 0x0102);
  EXPECT_EQ(numbers[1].item<int>(), 0xFFFE);
}

TEST_F(ImageSetFiles, BitsHaveTheFirstPixelOnTop) {
  Bytes row(98, 0);
  row[0] = 0x80;
  row[97] = 0x01;
  for (const char* part : {"train", "valid", "test"})
    write_gzip(std::string(part) + ".bits.gz", row);
  const auto sets = read_image_sets(folder);
  EXPECT_TRUE(sets.binary);
  EXPECT_EQ(sets.train.images.to(torch::kInt64).sum().item<int>(), 2 * 255);
  EXPECT_EQ(sets.test.images[0][0][0][0].item<int>(), 255);
  EXPECT_EQ(sets.test.images[0][0][27][27].item<int>(), 255);
}

TEST_F(ImageSetFiles, WhatIsMissingCutOrForeignIsNamed) {
  EXPECT_NE(refusal(ErrorKind::kResource).find("no *train*images-idx3-ubyte"), std::string::npos);
  write("train-images-idx3-ubyte", idx_pictures(4));
  EXPECT_NE(refusal(ErrorKind::kResource).find("t10k"), std::string::npos);
  write("t10k-images-idx3-ubyte", {'P', 'N', 'G', 0, 0});
  EXPECT_NE(refusal(ErrorKind::kCorrupt).find("is no IDX file"), std::string::npos);
  auto cut = idx_pictures(4);
  cut.pop_back();
  write("t10k-images-idx3-ubyte", cut);
  EXPECT_NE(refusal(ErrorKind::kCorrupt).find("23 bytes after the header, expected 24"),
            std::string::npos);
  write("t10k-images-idx3-ubyte", {0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 3});
  EXPECT_NE(refusal(ErrorKind::kCorrupt).find("dimension"), std::string::npos);
  write("t10k-images-idx3-ubyte", idx_pictures(4));
  write("train-labels-idx1-ubyte", idx_labels(5));
  EXPECT_NE(refusal(ErrorKind::kCorrupt).find("5 labels, expected 4"), std::string::npos);
}

TEST_F(ImageSetFiles, CutGzipDataIsAnError) {
  write_gzip("train-images-idx3-ubyte.gz", idx_pictures(40));
  const auto path = folder + "/train-images-idx3-ubyte.gz";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 12);
  EXPECT_NE(refusal(ErrorKind::kCorrupt).find("cut"), std::string::npos);
}

TEST(Dataset, BinaryPixelsAreDrawnAnewForTrainingAndOnceForMeasuring) {
  const ImageSet grey{.images = torch::full({4, 1, 8, 8}, 128, torch::kUInt8), .labels = {}};
  ImageSetBatches batches(grey, PixelKind::kBinary);
  auto rng = make_rng(1, 0);
  const auto first = batches.batch(4, rng).images, second = batches.batch(4, rng).images;
  EXPECT_FALSE(torch::equal(first, second));
  EXPECT_TRUE(torch::equal(first, first.round()));
  const auto whole = whole_set(grey, PixelKind::kBinary, 10).images;
  EXPECT_TRUE(torch::equal(whole, whole_set(grey, PixelKind::kBinary, 10).images));
  EXPECT_TRUE(torch::allclose(whole_set(grey, PixelKind::kGrey, 2).images,
                              torch::full({2, 1, 8, 8}, 128.0 / 255, torch::kFloat32)));
}

}  // namespace
}  // namespace vqcodec::models
