#include "entropy/tree_builder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "entropy/error.h"

namespace vqcodec::entropy {
namespace {

using Counts = std::vector<std::uint64_t>;
using Points = std::vector<std::int32_t>;

int depth(const CodeTree& tree, int leaf) { return static_cast<int>(tree.path(leaf).size()); }

// Mean decisions a code, where codes occur as counted.
double mean_decisions(const CodeTree& tree, const Counts& counts) {
  double sum = 0, total = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    sum += static_cast<double>(counts[k]) * depth(tree, static_cast<int>(k));
    total += static_cast<double>(counts[k]);
  }
  return sum / total;
}

TEST(TreeBuilder, ASingleCodewordStandsBesideTheEscape) {
  const CodeTree tree = build_code_tree(Counts{5}, Points{0, 0}, 2);
  EXPECT_EQ(tree.nodes(), 1);
  EXPECT_EQ(tree.branches(0), 0U);
  EXPECT_EQ(tree.branches(1), 1U);
}

TEST(TreeBuilder, SplitsOffACodewordOfOver40Percent) {
  const CodeTree tree = build_code_tree(Counts{10, 45, 12, 11, 22}, Points{-3, 0, 3, 9, -9}, 1);
  EXPECT_EQ(tree.path(1), (std::vector<CodeTree::Step>{{0, false}}));
}

TEST(TreeBuilder, CutsOtherSetsBySpace) {
  // Two clusters along the wider of two coordinates; no codeword holds 40 %.
  const CodeTree tree =
      build_code_tree(Counts{20, 20, 20, 22}, Points{-100, 1, -90, -1, 95, 1, 90, -1}, 2);
  const auto side = [&tree](int leaf) { return tree.branches(leaf) & 1; };
  EXPECT_EQ(side(0), side(1));
  EXPECT_EQ(side(2), side(3));
  EXPECT_NE(side(0), side(2));
  EXPECT_EQ(side(2), 0U) << "branch 0 is the likelier side";
}

TEST(TreeBuilder, TheEscapeIsTheLastLeafAndCommonCodesDoNotPayForIt) {
  Counts counts;
  Points points;
  for (int k = 0; k < 60; ++k) {
    counts.push_back(100000 / static_cast<std::uint64_t>(k * k + 1));
    points.push_back((k % 2 == 0 ? k : -k) * 100);
  }
  const CodeTree tree = build_code_tree(counts, points, 1);
  const int escape_depth = depth(tree, 60);
  EXPECT_EQ(tree.branches(60), (std::uint64_t{1} << escape_depth) - 1) << "branch 1 all the way";
  EXPECT_EQ(depth(tree, 0), 1);
  EXPECT_LT(mean_decisions(tree, counts), 3);
}

TEST(TreeBuilder, TakesTheHardestSets) {
  const int kMany = kMaxCodewords;
  Points same(kMany, 7), doubling, spread;
  Counts doubling_counts;
  for (int k = 0; k < kMany; ++k) {
    doubling.push_back(k < 24 ? 1 << k : (1 << 24) - k);
    spread.push_back(k % 2 == 0 ? -(1 << 24) : 1 << 24);
    doubling_counts.push_back(std::uint64_t{1} << (k % 36));
  }
  for (const Points& points : {same, doubling, spread}) {
    for (const Counts& counts : {Counts(kMany, 0), Counts(kMany, 1ULL << 36), doubling_counts}) {
      const CodeTree tree = build_code_tree(counts, points, 1);
      EXPECT_EQ(tree.leaves(), kMany + 1);  // The depth is checked by CodeTree.
    }
  }
}

// On every axis each point is 16 times further out than the next: 2-means alone would split them
// off one by one.
TEST(TreeBuilder, KeepsPathsShort) {
  Points points;
  for (int axis = 0; axis < kMaxDimension; ++axis) {
    for (int exponent = 0; exponent <= 24; exponent += 4) {
      Points point(kMaxDimension, 0);
      point[static_cast<std::size_t>(axis)] = 1 << exponent;
      points.insert(points.end(), point.begin(), point.end());
    }
  }
  const std::size_t codewords = points.size() / kMaxDimension;
  const CodeTree tree = build_code_tree(Counts(codewords, 0), points, kMaxDimension);
  int deepest = 0;
  for (int leaf = 0; leaf < tree.leaves(); ++leaf) deepest = std::max(deepest, depth(tree, leaf));
  EXPECT_GT(deepest, 40);
  EXPECT_LE(deepest, kMaxTreeDepth);
}

TEST(TreeBuilder, RefusesWhatDoesNotFit) {
  EXPECT_THROW(build_code_tree(Counts{}, Points{}, 1), Error);
  EXPECT_THROW(build_code_tree(Counts{1, 2}, Points{1}, 1), Error);
  EXPECT_THROW(build_code_tree(Counts{1}, Points{}, 0), Error);
  EXPECT_THROW(build_code_tree(Counts{1}, Points{(1 << 24) + 1}, 1), Error);
  EXPECT_THROW(build_code_tree(Counts(kMaxCodewords + 1, 1), Points(kMaxCodewords + 1, 1), 1),
               Error);
}

}  // namespace
}  // namespace vqcodec::entropy
