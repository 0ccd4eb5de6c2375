// entropy/code_tree.h: the binary tree over a codebook: a code is the path to its leaf.
//
// Its PMF is the product of the node probabilities on the path, and sums to one by construction; a
// decoded code costs only the decisions on its path. Nodes are numbered in pre-order (the root is
// 0, branch 0 before branch 1), so a tree has one listing and one encoding.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "entropy/byte_io.h"
#include "entropy/code_map.h"
#include "entropy/error.h"
#include "entropy/range_coder.h"

namespace vqcodec::entropy {

inline constexpr int kMaxTreeDepth = 64;  // decisions of the longest path
inline constexpr int kMaxLeaves = kMaxCodewords + 1;

class CodeTree {
 public:
  static constexpr std::uint16_t kInnerNode = 0xFFFF;  // in a listing; other entries are leaves

  struct Step {
    int node;
    bool branch;
    bool operator==(const Step&) const = default;
  };

  CodeTree() = default;  // Without nodes or leaves, to be assigned to.
  // listing: nodes and leaves in pre-order. Throws Error(kind) unless it is one binary tree with at
  // least one node, leaves 0..n-1 once each, n <= kMaxLeaves, no path above kMaxTreeDepth.
  explicit CodeTree(std::span<const std::uint16_t> listing, ErrorKind kind = ErrorKind::kInternal);

  int nodes() const { return static_cast<int>(children_.size()); }
  int leaves() const { return static_cast<int>(branches_.size()); }

  // The walk: start at node 0; a negative child is leaf ~child.
  int child(int node, bool branch) const {
    return children_[static_cast<std::size_t>(node)][branch ? 1 : 0];
  }
  // The branches from the root to a leaf; the first is bit 0.
  std::uint64_t branches(int leaf) const { return branches_[static_cast<std::size_t>(leaf)]; }
  std::vector<Step> path(int leaf) const;

  std::vector<std::uint16_t> listing() const;
  void write(ByteWriter& out) const;
  static CodeTree read(ByteReader& in);  // Throws Error(kCorrupt).

  bool operator==(const CodeTree&) const = default;

 private:
  std::vector<std::array<std::int16_t, 2>> children_;  // (nodes)
  std::vector<std::uint64_t> branches_;                // (leaves)
};

// Each node's probability of branch 1 when leaves occur `counts` times. Throws Error(kInternal)
// unless counts has an entry a leaf and sums to less than 2^47.
std::vector<Probability> order0_probabilities(const CodeTree& tree,
                                              std::span<const std::uint64_t> counts);

}  // namespace vqcodec::entropy
