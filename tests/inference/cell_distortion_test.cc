#include "models/inference/cell_distortion.h"

#include <gtest/gtest.h>

#include "models/inference/codec_options.h"
#include "tests/inference/tiny_networks.h"

namespace vqcodec::models {
namespace {

using vqcodec::testing::noise_picture;

// Two by three cells of 32 pixels, of which the last is disturbed.
struct Pair {
  Grid reference = noise_picture(64, 96, 2);
  Grid test = reference;
  Pair() {
    for (int y = 32; y < 64; ++y)
      for (int x = 64; x < 96; ++x) test.at(y, x)[1] += (x + y) % 2 == 0 ? 0.3f : -0.3f;
  }
};

TEST(CellDistortion, SquaredErrorIsOfEachCellAlone) {
  const Pair pair;
  const auto cells = cell_squared_error(pair.reference, pair.test, 32);
  ASSERT_EQ(cells.size(), 6u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(cells[i], 0) << i;
  EXPECT_NEAR(cells[5], 0.3 * 0.3 * 255 * 255 / 3, 1e-2);
}

// One window a cell: what is wrong in one cell is not seen in another, and a cell of one grey that
// becomes another keeps only its luminance term, the same at every scale.
TEST(CellDistortion, DissimilarityIsOfEachCellAlone) {
  const Pair pair;
  const auto cells = cell_dissimilarity(pair.reference, pair.test, 32);
  ASSERT_EQ(cells.size(), 6u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(cells[i], 0, 1e-2) << i;
  EXPECT_GT(cells[5], 0.03 * kSquaredErrorsOfMsSsim);

  auto grey = make_grid(32, 32, 3), darker = grey;
  for (auto& value : grey.values) value = 0.5f;
  for (auto& value : darker.values) value = 0.4f;
  const double c1 = 0.01 * 0.01;
  const double luminance = (2 * 0.5 * 0.4 + c1) / (0.5 * 0.5 + 0.4 * 0.4 + c1);
  EXPECT_NEAR(cell_dissimilarity(grey, darker, 32)[0], (1 - luminance) * kSquaredErrorsOfMsSsim,
              0.02);
}

}  // namespace
}  // namespace vqcodec::models
