// Reference values: testdata/metric_checks.csv, computed in double by another implementation.
#include "codec/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "codec/image_io.h"
#include "tests/codec/csv.h"
#include "tests/codec/files.h"

namespace vqcodec::codec {
namespace {

Image sized(int width, int height, int channels) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  return image;
}

// A picture whose sample at row i, column j, color c is sample(i, j, c).
Image picture(int width, int height, const std::function<int(int, int, int)>& sample) {
  Image image = sized(width, height, 3);
  for (int i = 0; i < height; ++i)
    for (int j = 0; j < width; ++j)
      for (int c = 0; c < 3; ++c)
        image.pixels.push_back(static_cast<std::uint8_t>(sample(i, j, c)));
  return image;
}

int sample_of(const Image& image, int i, int j, int c) {
  return image.pixels[static_cast<std::size_t>((i * image.width + j) * 3 + c)];
}

// The test pictures of the table, by its column "case".
using Formula = std::function<int(const Image& x, int i, int j, int c)>;
const std::map<std::string, Formula>& formulas() {
  static const std::map<std::string, Formula> table = {
      {"synth_saw_clip", [](const Image& x, int i, int j,
                            int c) { return std::min(255, sample_of(x, i, j, c) + i * j % 5); }},
      {"synth_saw_wrap", [](const Image& x, int i, int j,
                            int c) { return (sample_of(x, i, j, c) + i * j % 5) % 256; }},
      {"synth_hyperbola",
       [](const Image& x, int i, int j, int c) { return 16 * (sample_of(x, i, j, c) / 16) + 8; }},
      {"synth_bigerror",
       [](const Image& x, int i, int j, int c) { return 255 - sample_of(x, i, j, c); }},
      {"posterise",
       [](const Image& x, int i, int j, int c) { return 16 * (sample_of(x, i, j, c) / 16) + 8; }},
      {"flip_lsb", [](const Image& x, int i, int j, int c) { return sample_of(x, i, j, c) ^ 1; }},
      {"shift_right_1",
       [](const Image& x, int i, int j, int c) { return sample_of(x, i, std::max(j - 1, 0), c); }},
      {"hblur",
       [](const Image& x, int i, int j, int c) {
         return (sample_of(x, i, j, c) + sample_of(x, i, std::min(j + 1, x.width - 1), c) + 1) / 2;
       }},
  };
  return table;
}

Image synthetic_reference(const CsvRow& row) {
  const bool saw = row.at("case").starts_with("synth_saw");
  return picture(std::stoi(row.at("width")), std::stoi(row.at("height")),
                 [saw](int i, int j, int c) {
                   return (saw ? 7 * i + 13 * j + 29 * c : i * j / 16 + 40 * c) % 256;
                 });
}

void expect_the_values_of(const CsvRow& row, const Image& reference) {
  SCOPED_TRACE(row.at("case") + " of " + row.at("width") + " columns");
  const Formula& formula = formulas().at(row.at("case"));
  const Image test = picture(reference.width, reference.height,
                             [&](int i, int j, int c) { return formula(reference, i, j, c); });
  EXPECT_EQ(std::llround(mse(reference, test) * static_cast<double>(reference.pixels.size())),
            std::stoll(row.at("sse_rgb")));
  EXPECT_NEAR(psnr_rgb_db(reference, test), number(row, "psnr_rgb_db"), 1e-8);
  EXPECT_NEAR(psnr_luma_db(reference, test), number(row, "psnr_y_db"), 1e-8);
  EXPECT_NEAR(ssim(reference, test).value(), number(row, "ssim"), 1e-9);
  EXPECT_NEAR(ms_ssim(reference, test).value(), number(row, "ms_ssim"), 1e-9);
}

TEST(Metrics, AgreeWithTheReferenceOnSyntheticPictures) {
  int rows = 0;
  for (const CsvRow& row : read_csv(testdata("metric_checks.csv"))) {
    if (!row.at("case").starts_with("synth_")) continue;
    expect_the_values_of(row, synthetic_reference(row));
    ++rows;
  }
  EXPECT_EQ(rows, 8);
}

TEST(Metrics, AgreeWithTheReferenceOnPhotographs) {
  const auto data = data_folder();
  if (!data) GTEST_SKIP() << "VQCODEC_DATA is not set: no Kodak pictures";
  int rows = 0;
  for (const CsvRow& row : read_csv(testdata("metric_checks.csv"))) {
    if (row.at("case").starts_with("synth_") || !formulas().contains(row.at("case"))) continue;
    const auto file = *data / "kodak" / (row.at("reference") + ".png");
    expect_the_values_of(row, read_image(file_bytes(file)));
    ++rows;
  }
  EXPECT_EQ(rows, 4);
}

TEST(Metrics, EqualPicturesHaveNoDistortion) {
  const Image image = picture(170, 161, [](int i, int j, int c) { return (i * j + c) % 256; });
  EXPECT_EQ(mse(image, image), 0);
  EXPECT_TRUE(std::isinf(psnr_rgb_db(image, image)));
  EXPECT_NEAR(ssim(image, image).value(), 1, 1e-12);
  EXPECT_NEAR(ms_ssim(image, image).value(), 1, 1e-12);
}

TEST(Metrics, GreyCountsAsThreeEqualColors) {
  const auto sample = [](int i, int j, int) { return (3 * i + j) % 256; };
  const Image color = picture(180, 170, sample);
  Image grey = sized(180, 170, 1);
  for (std::size_t i = 0; i < grey.area(); ++i) grey.pixels.push_back(color.pixels[3 * i]);
  Image other_color = color;
  Image other_grey = grey;
  for (auto& pixel : other_color.pixels) pixel = static_cast<std::uint8_t>(pixel / 8 * 8);
  for (auto& pixel : other_grey.pixels) pixel = static_cast<std::uint8_t>(pixel / 8 * 8);

  const Image* const pairs[][2] = {
      {&grey, &other_grey}, {&color, &other_grey}, {&grey, &other_color}};
  for (const auto& [a, b] : pairs) {
    EXPECT_EQ(mse(*a, *b), mse(color, other_color));
    EXPECT_EQ(psnr_luma_db(*a, *b), psnr_luma_db(color, other_color));
    EXPECT_NEAR(*ms_ssim(*a, *b), *ms_ssim(color, other_color), 1e-12);
  }
}

TEST(Metrics, SmallPicturesHaveNoStructuralSimilarity) {
  const auto flat = [](int, int, int) { return 9; };
  EXPECT_FALSE(ssim(picture(10, 400, flat), picture(10, 400, flat)).has_value());
  EXPECT_TRUE(ssim(picture(11, 11, flat), picture(11, 11, flat)).has_value());
  EXPECT_FALSE(ms_ssim(picture(400, 160, flat), picture(400, 160, flat)).has_value());
  EXPECT_TRUE(ms_ssim(picture(161, 161, flat), picture(161, 161, flat)).has_value());
}

TEST(Metrics, RefusePicturesOfDifferentSize) {
  const auto flat = [](int, int, int) { return 9; };
  const Image wide = picture(20, 12, flat);
  const Image tall = picture(12, 20, flat);
  EXPECT_EQ(error_of([&] { mse(wide, tall); }), ErrorKind::kUsage);
  EXPECT_EQ(error_of([&] { psnr_luma_db(wide, tall); }), ErrorKind::kUsage);
  EXPECT_EQ(error_of([&] { ssim(wide, tall); }), ErrorKind::kUsage);
}

TEST(Metrics, RateCountsEveryByteOfTheFile) {
  const Image image = sized(768, 512, 3);
  EXPECT_DOUBLE_EQ(bits_per_pixel(10142, image), 10142 * 8.0 / (768 * 512));
}

}  // namespace
}  // namespace vqcodec::codec
