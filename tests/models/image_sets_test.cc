#include "models/image_sets.h"

#include <gtest/gtest.h>
#include <matio.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "codec/image_io.h"
#include "entropy/error.h"
#include "models/dataset.h"
#include "models/photograph_set.h"
#include "models/set_files.h"

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

// One record of CIFAR-10's binary version: red, green and blue planes of one value each.
Bytes cifar_record(std::uint8_t label) {
  Bytes bytes = {label};
  for (const int color : {10, 20, 30})
    bytes.insert(bytes.end(), 1024, static_cast<std::uint8_t>(color + label));
  return bytes;
}

TEST_F(ImageSetFiles, CifarIsALabelAndThreePlanesARecord) {
  Bytes train;
  for (std::uint8_t i = 0; i < 10; ++i) {
    const auto record = cifar_record(i);
    train.insert(train.end(), record.begin(), record.end());
  }
  write_gzip("cifar10_subset_train.bin.gz", train);
  write("cifar10_subset_test.bin", cifar_record(7));
  write("cifar10_subset_train.names.txt", {'x'});
  const auto sets = read_image_sets(folder);
  EXPECT_EQ(sets.train.images.sizes(), torch::IntArrayRef({9, 3, 32, 32}));
  EXPECT_EQ(sets.validation.labels[0].item<int>(), 9);
  EXPECT_EQ(sets.test.labels[0].item<int>(), 7);
  EXPECT_EQ(sets.test.images[0][0][31][0].item<int>(), 17);
  EXPECT_EQ(sets.test.images[0][2][0][31].item<int>(), 37);
  write("cifar10_subset_test.bin", cifar_record(11));
  EXPECT_NE(refusal(ErrorKind::kCorrupt).find("has a label 11, expected 0 to 9"),
            std::string::npos);
  write("cifar10_subset_test.bin", Bytes(3072));
  EXPECT_NE(refusal(ErrorKind::kCorrupt).find("3072 bytes, expected a multiple of 3073"),
            std::string::npos);
  std::filesystem::remove(folder + "/cifar10_subset_test.bin");
  EXPECT_NE(refusal(ErrorKind::kResource).find("no *test*.bin beside it"), std::string::npos);
}

// Every picture lands in one part, and in the same one each time.
TEST_F(ImageSetFiles, ASetThatNobodyPartedIsShuffledAlwaysAlike) {
  write_gzip("freyfaces-idx3-ubyte.gz", idx_pictures(25));
  const auto sets = read_image_sets(folder), again = read_image_sets(folder);
  EXPECT_EQ(sets.validation.size(), 5);
  EXPECT_EQ(sets.test.size(), 5);
  EXPECT_TRUE(torch::equal(sets.train.images, again.train.images));
  const auto first_pixels =
      torch::cat({sets.train.images, sets.validation.images, sets.test.images})
          .select(3, 0)
          .select(2, 0)
          .flatten();
  const auto sorted = std::get<0>(first_pixels.sort());
  EXPECT_TRUE(torch::equal(sorted, torch::arange(25).to(torch::kUInt8) * 6));
  EXPECT_FALSE(torch::equal(first_pixels, sorted));
}

TEST_F(ImageSetFiles, ATestHalfAloneIsNoSet) {
  write("t10k-images-idx3-ubyte", idx_pictures(25));
  EXPECT_NE(refusal(ErrorKind::kResource).find("no *train*images-idx3-ubyte"), std::string::npos);
}

class Silhouettes : public ImageSetFiles {
 protected:
  struct Part {
    const char* name;
    std::size_t count;
  };

  // As their authors write them, column by column; pixel (y,x) = (1,2) of the last picture is set.
  void write_mat(const std::vector<Part>& parts, std::uint8_t label, std::size_t columns = 784) {
    mat_t* file = Mat_CreateVer((folder + "/split1.mat").c_str(), nullptr, MAT_FT_MAT5);
    for (const auto& [name, count] : parts) {
      Bytes pixels(count * columns, 0);
      pixels[count - 1 + (2 * 28 + 1) * count] = 1;
      add(file, std::string(name) + "_data", pixels, count, columns);
      add(file, std::string(name) + "_labels", Bytes(count, label), count, 1);
    }
    Mat_Close(file);
  }

 private:
  static void add(mat_t* file, const std::string& name, Bytes& values, std::size_t rows,
                  std::size_t columns) {
    std::size_t sizes[] = {rows, columns};
    matvar_t* variable =
        Mat_VarCreate(name.c_str(), MAT_C_UINT8, MAT_T_UINT8, 2, sizes, values.data(), 0);
    Mat_VarWrite(file, variable, MAT_COMPRESSION_ZLIB);
    Mat_VarFree(variable);
  }
  static void add(mat_t* file, const std::string& name, Bytes&& values, std::size_t rows,
                  std::size_t columns) {
    add(file, name, values, rows, columns);
  }
};

TEST_F(Silhouettes, AreTurnedFromColumnsToRows) {
  write_mat({{"train", 4100}, {"val", 2264}, {"test", 2307}}, 101);
  const auto sets = read_image_sets(folder);
  EXPECT_TRUE(sets.binary);
  EXPECT_EQ(sets.train.images.sizes(), torch::IntArrayRef({4100, 1, 28, 28}));
  EXPECT_EQ(sets.validation.images.sizes(), torch::IntArrayRef({2264, 1, 28, 28}));
  EXPECT_EQ(sets.test.images[2306][0][1][2].item<int>(), 255);
  EXPECT_EQ(sets.test.images.to(torch::kInt64).sum().item<int>(), 255);
  EXPECT_EQ(sets.test.labels[0].item<int>(), 100);
}

TEST_F(Silhouettes, OtherSizesValuesAndFilesAreNamed) {
  write_mat({{"train", 4100}, {"val", 2264}}, 1);
  EXPECT_NE(refusal(ErrorKind::kCorrupt).find("has no readable test_data"), std::string::npos);
  write_mat({{"train", 4099}}, 1);
  EXPECT_NE(refusal(ErrorKind::kCorrupt).find("train_data is no matrix of 4100x784 numbers"),
            std::string::npos);
  write_mat({{"train", 4100}}, 0);
  EXPECT_NE(refusal(ErrorKind::kCorrupt).find("train_labels has values beyond 1 to 101"),
            std::string::npos);
  write("split1.mat", {'n', 'o'});
  EXPECT_NE(refusal(ErrorKind::kCorrupt).find("is no MATLAB file"), std::string::npos);
}

TEST_F(ImageSetFiles, PhotographsArePartedByPhotographAndAlwaysCroppedAlike) {
  for (int i = 0; i < 12; ++i) {  // flat pictures: their level tells which one a crop is of
    codec::Image image;
    image.width = 40;
    image.height = 36;
    image.channels = 3;
    image.pixels.assign(40 * 36 * 3, static_cast<std::uint8_t>(10 * i));
    write("p" + std::to_string(10 + i) + ".png", codec::write_png(image));
  }
  const auto sets = read_image_sets(folder);
  EXPECT_EQ(sets.train.images.sizes(), torch::IntArrayRef({10 * kCropsOfAPhotograph, 3, 32, 32}));
  EXPECT_TRUE(sets.validation.images.eq(50).all().item<bool>());
  EXPECT_TRUE(sets.test.images.eq(110).all().item<bool>());
  EXPECT_FALSE(sets.train.images.eq(50).any().item<bool>());
  EXPECT_TRUE(torch::equal(read_photograph_crops(folder, 8).train.images.slice(3, 0, 1),
                           read_photograph_crops(folder, 8).train.images.slice(3, 7, 8)));
  EXPECT_THROW(read_photograph_crops(folder, 64), Error);
  std::filesystem::remove(folder + "/p21.png");
  EXPECT_NE(refusal(ErrorKind::kResource).find("11 pictures, expected at least 12"),
            std::string::npos);
}

// The sets themselves, where they are at hand: counts and means that their makers give.
TEST(ImageSets, ArePublishedOnes) {
  const char* data = std::getenv("VQCODEC_DATA");
  if (!data) GTEST_SKIP() << "VQCODEC_DATA names no folder";
  const auto silhouettes = read_image_sets(std::string(data) + "/caltech101-silhouettes");
  EXPECT_EQ(silhouettes.train.size(), 4100);
  EXPECT_EQ(silhouettes.train.labels.max().item<int>(), 100);
  const auto bits =
      read_bits(std::string(data) + "/caltech101-silhouettes/silhouettes28_train.bits.gz");
  EXPECT_TRUE(torch::equal(silhouettes.train.images, bits));
  EXPECT_NEAR(silhouettes.test.images.to(torch::kFloat64).mean().item<double>() / 255, 0.539015,
              1e-6);
  const auto faces = read_image_sets(std::string(data) + "/frey-faces");
  EXPECT_EQ(faces.train.images.sizes(), torch::IntArrayRef({1565, 1, 28, 20}));
  EXPECT_EQ(faces.test.size(), 200);
  const auto cifar = read_image_sets(std::string(data) + "/cifar10-subset");
  EXPECT_EQ(cifar.train.images.sizes(), torch::IntArrayRef({1350, 3, 32, 32}));
  EXPECT_TRUE(cifar.test.labels.bincount().eq(30).all().item<bool>());
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
