#include "codec/tiles.h"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <thread>

#include "codec/parallel_for.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

using entropy::CodeMap;

// A map whose codes tell where they are.
CodeMap numbered_map(int height, int width, int groups, int start) {
  CodeMap map{.height = height, .width = width, .groups = groups, .codes = {}, .escapes = {}};
  map.codes.resize(map.index(map.positions(), 0));
  std::iota(map.codes.begin(), map.codes.end(), static_cast<std::uint16_t>(start));
  return map;
}

// Every pixel lies in exactly one tile.
TEST(Tiling, CutsAPictureWithoutGapOrOverlap) {
  const Tiling tiling(70, 33, 32);
  EXPECT_EQ(tiling.count(), 6);
  std::vector<int> seen(70 * 33);
  for (int i = 0; i < tiling.count(); ++i) {
    const Rectangle tile = tiling.tile(i);
    for (int y = tile.y; y < tile.y + tile.height; ++y)
      for (int x = tile.x; x < tile.x + tile.width; ++x)
        ++seen[static_cast<std::size_t>(y * 70 + x)];
  }
  EXPECT_EQ(seen, std::vector<int>(70 * 33, 1));
}

TEST(Tiling, MakesOneTileOfPicturesUpToAMegapixel) {
  EXPECT_EQ(default_tile_size(1024, 1024), 0);
  EXPECT_EQ(default_tile_size(1025, 1024), kTileSize);
  EXPECT_EQ(default_tile_size(kMaxTileSide, 32), 0);
  EXPECT_EQ(default_tile_size(kMaxTileSide + 1, 1), kTileSize);
  EXPECT_EQ(Tiling(5, 900, 0).count(), 1);
  EXPECT_EQ(Tiling(5, 900, 0).tile(0), (Rectangle{0, 0, 5, 900}));
}

TEST(Tiling, NamesTheTilesThatTouchARectangle) {
  const Tiling tiling(100, 100, 32);  // 4 x 4
  EXPECT_EQ(tiling.touching({31, 32, 2, 1}), (std::vector<int>{4, 5}));
  EXPECT_EQ(tiling.touching({32, 0, 32, 32}), (std::vector<int>{1}));
  EXPECT_EQ(tiling.touching({96, 96, 4, 4}), (std::vector<int>{15}));
  EXPECT_EQ(tiling.touching(tiling.picture()).size(), 16U);
}

TEST(Rectangles, AlignAndGrowInsideTheirBounds) {
  const Rectangle bounds{0, 0, 100, 50};
  EXPECT_EQ(aligned({33, 5, 10, 10}, 32, bounds), (Rectangle{32, 0, 32, 32}));
  EXPECT_EQ(aligned({90, 40, 10, 10}, 32, bounds), (Rectangle{64, 32, 36, 18}));
  EXPECT_EQ(grown({32, 0, 32, 32}, 16, bounds), (Rectangle{16, 0, 64, 48}));
  EXPECT_EQ(intersection({0, 0, 4, 4}, {4, 0, 4, 4}).width, 0);
}

TEST(Tiles, CoverWholePositionsOfTheCoarsestLevel) {
  EXPECT_EQ(positions_across(1, 32, 0), 1);
  EXPECT_EQ(positions_across(1, 32, 2), 4);
  EXPECT_EQ(positions_across(32, 32, 1), 2);
  EXPECT_EQ(positions_across(33, 32, 1), 4);
}

// Two tiles beside each other, one position of level 0 each: the rows interleave.
TEST(Tiles, JoinMapsSideBySide) {
  CodeMap left = numbered_map(2, 2, 2, 0);
  CodeMap right = numbered_map(2, 2, 2, 100);
  left.escapes = {{.index = 5, .remainder = {7}}};
  right.escapes = {{.index = 1, .remainder = {8}}};
  const std::vector<Rectangle> places = {{32, 0, 32, 20}, {64, 0, 32, 20}};
  const CodeMap joined = join_maps({left, right}, places, 32, 1);
  EXPECT_EQ(joined.height, 2);
  EXPECT_EQ(joined.width, 4);
  EXPECT_EQ(joined.codes, (std::vector<std::uint16_t>{0, 1, 2, 3, 100, 101, 102, 103, 4, 5, 6, 7,
                                                      104, 105, 106, 107}));
  const std::vector<entropy::Escape> escapes = {{.index = 5, .remainder = {8}},
                                                {.index = 9, .remainder = {7}}};
  EXPECT_EQ(joined.escapes, escapes);
}

TEST(ParallelFor, DoesEachPieceOnce) {
  for (const int threads : {0, 1, 3, 8}) {
    std::vector<int> done(100);
    parallel_for(done.size(), threads, [&](std::size_t i) { ++done[i]; });
    EXPECT_EQ(done, std::vector<int>(100, 1));
  }
}

// Whatever the number of threads, the same piece is blamed, even if it fails last.
TEST(ParallelFor, RethrowsTheFailureOfTheLowestIndex) {
  for (const int threads : {1, 4}) {
    try {
      parallel_for(100, threads, [](std::size_t i) {
        if (i == 7) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (i % 10 == 7) throw Error(ErrorKind::kCorrupt, "piece ", i);
      });
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "piece 7");
    }
  }
}

}  // namespace
}  // namespace vqcodec::codec
