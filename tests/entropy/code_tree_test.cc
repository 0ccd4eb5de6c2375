#include "entropy/code_tree.h"

#include <gtest/gtest.h>

#include <random>

#include "entropy/error.h"
#include "entropy/tree_builder.h"

namespace vqcodec::entropy {
namespace {

constexpr std::uint16_t kNode = CodeTree::kInnerNode;

CodeTree random_tree(int codewords, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> counts;
  std::vector<std::int32_t> points;
  for (int k = 0; k < codewords; ++k) {
    counts.push_back(random() % 1000 * (random() % 1000));
    for (int c = 0; c < 3; ++c)
      points.push_back(static_cast<std::int32_t>(random() % 20000) - 10000);
  }
  return build_code_tree(counts, points, 3);
}

std::vector<std::uint8_t> bytes_of(const CodeTree& tree) {
  ByteWriter out;
  tree.write(out);
  return out.take();
}

bool is_corrupt(const std::vector<std::uint8_t>& bytes) {
  ByteReader in(bytes);
  try {
    CodeTree::read(in);
    return false;
  } catch (const Error& error) {
    return error.kind() == ErrorKind::kCorrupt;
  }
}

TEST(CodeTree, PathsLeadToTheirLeaves) {
  for (const int codewords : {1, 2, 3, 17, 256, 1024}) {
    const CodeTree tree = random_tree(codewords, 3);
    ASSERT_EQ(tree.leaves(), codewords + 1);
    ASSERT_EQ(tree.nodes(), codewords);
    for (int leaf = 0; leaf < tree.leaves(); ++leaf) {
      int place = 0;
      int depth = 0;
      for (const CodeTree::Step& step : tree.path(leaf)) {
        ASSERT_EQ(step.node, place);
        ASSERT_EQ(step.branch, (tree.branches(leaf) >> depth++ & 1) != 0);
        place = tree.child(place, step.branch);
      }
      ASSERT_EQ(place, ~leaf);
    }
  }
}

TEST(CodeTree, NodesComeAfterTheirParents) {
  const CodeTree tree = random_tree(300, 4);
  std::vector<bool> seen(static_cast<std::size_t>(tree.nodes()));
  for (int node = 0; node < tree.nodes(); ++node) {
    for (const bool branch : {false, true}) {
      const int child = tree.child(node, branch);
      if (child < 0) continue;
      EXPECT_GT(child, node);
      EXPECT_FALSE(seen[static_cast<std::size_t>(child)]);
      seen[static_cast<std::size_t>(child)] = true;
    }
  }
}

TEST(CodeTree, ReadsBackWhatWasWritten) {
  for (const int codewords : {1, 2, 31, 1024}) {
    const CodeTree tree = random_tree(codewords, 5);
    const auto bytes = bytes_of(tree);
    ByteReader in(bytes);
    EXPECT_EQ(CodeTree::read(in), tree);
    EXPECT_EQ(in.remaining(), 0U);
    EXPECT_EQ(CodeTree(tree.listing()), tree);
  }
}

TEST(CodeTree, RefusesListingsThatAreNoTree) {
  const std::vector<std::vector<std::uint16_t>> broken = {
      {},
      {0},                           // a leaf alone
      {kNode, 0},                    // cut
      {0, 1, kNode},                 // goes on after its last leaf
      {kNode, 0, 0},                 // a leaf twice
      {kNode, 0, 2},                 // a leaf beyond
      {kNode, kNode, kNode},         // no leaf
      {kNode, 0, 1, kNode, 2},       // two trees
      {kNode, 0, kNode, 1, kNode}};  // ends within
  for (const auto& listing : broken) EXPECT_THROW(CodeTree{listing}, Error);
  EXPECT_NO_THROW((CodeTree{std::vector<std::uint16_t>{kNode, 1, kNode, 0, 2}}));
}

TEST(CodeTree, RefusesPathsThatAreTooLong) {
  const auto chain = [](int nodes) {
    std::vector<std::uint16_t> listing;
    for (int i = 0; i < nodes; ++i) {
      listing.push_back(kNode);
      listing.push_back(static_cast<std::uint16_t>(i));
    }
    listing.push_back(static_cast<std::uint16_t>(nodes));
    return listing;
  };
  const CodeTree longest(chain(kMaxTreeDepth));
  EXPECT_EQ(longest.branches(kMaxTreeDepth), ~std::uint64_t{0});
  EXPECT_EQ(longest.path(kMaxTreeDepth).size(), static_cast<std::size_t>(kMaxTreeDepth));
  EXPECT_THROW(CodeTree{chain(kMaxTreeDepth + 1)}, Error);
}

TEST(CodeTree, SurvivesHostileBytes) {
  EXPECT_TRUE(is_corrupt({}));
  EXPECT_TRUE(is_corrupt({1, 1}));
  EXPECT_TRUE(is_corrupt({0x82, 0x08}));  // 1026 leaves
  std::mt19937_64 random(9);
  for (int round = 0; round < 2000; ++round) {
    auto bytes = bytes_of(random_tree(20, 6));
    bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random() % 24);
    if (round % 4 == 0) bytes.resize(random() % bytes.size());
    ByteReader in(bytes);
    try {
      const CodeTree tree = CodeTree::read(in);
      bytes.resize(in.position());
      EXPECT_EQ(bytes_of(tree), bytes) << "what is accepted has one encoding";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kCorrupt);
    }
  }
}

TEST(CodeTree, Order0ProbabilitiesReproduceTheCounts) {
  const CodeTree tree = random_tree(40, 8);
  std::mt19937_64 random(2);
  std::vector<std::uint64_t> counts(41);
  std::uint64_t total = 0;
  for (auto& count : counts) total += count = 1000 + random() % 100000;
  const auto ones = order0_probabilities(tree, counts);
  for (int leaf = 0; leaf < tree.leaves(); ++leaf) {
    double share = 1;
    for (const CodeTree::Step& step : tree.path(leaf)) {
      const int one = ones[static_cast<std::size_t>(step.node)];
      share *= (step.branch ? one : 65536 - one) / 65536.0;
    }
    const double expected =
        static_cast<double>(counts[static_cast<std::size_t>(leaf)]) / static_cast<double>(total);
    EXPECT_NEAR(share / expected, 1, 0.01);
  }
}

TEST(CodeTree, Order0ProbabilitiesAreNeverCertain) {
  const CodeTree tree(std::vector<std::uint16_t>{kNode, 0, kNode, 1, 2});
  EXPECT_EQ(order0_probabilities(tree, std::vector<std::uint64_t>{1ULL << 46, 0, 0}),
            (std::vector<Probability>{1, kEven}));
  EXPECT_EQ(order0_probabilities(tree, std::vector<std::uint64_t>{0, 0, 1ULL << 46}),
            (std::vector<Probability>{65535, 65535}));
  EXPECT_THROW(order0_probabilities(tree, std::vector<std::uint64_t>{1, 2}), Error);
  EXPECT_THROW(order0_probabilities(tree, std::vector<std::uint64_t>{1ULL << 47, 0, 0}), Error);
  EXPECT_THROW(order0_probabilities(tree, std::vector<std::uint64_t>(3, ~0ULL)), Error);
}

}  // namespace
}  // namespace vqcodec::entropy
