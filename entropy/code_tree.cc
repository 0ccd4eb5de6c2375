#include "entropy/code_tree.h"

#include <algorithm>
#include <cstddef>

namespace vqcodec::entropy {
namespace {

// A branch that a node of the listing still has to fill.
struct OpenBranch {
  int node;
  int branch;
  std::uint64_t branches;  // on the way there, this one included
  int depth;
};

}  // namespace

CodeTree::CodeTree(std::span<const std::uint16_t> listing, ErrorKind kind) {
  const std::size_t leaf_count = (listing.size() + 1) / 2;
  if (listing.size() % 2 == 0 || leaf_count < 2 || leaf_count > kMaxLeaves) {
    throw Error(kind, "code tree: a listing of ", listing.size(), " entries, expected 2 n - 1 for ",
                "n = 2..", kMaxLeaves, " leaves");
  }
  std::vector<bool> seen(leaf_count);
  branches_.resize(leaf_count);
  children_.reserve(leaf_count - 1);
  std::vector<OpenBranch> open = {{-1, 0, 0, 0}};
  for (const std::uint16_t entry : listing) {
    if (open.empty()) throw Error(kind, "code tree: the listing goes on after its last leaf");
    const OpenBranch place = open.back();
    open.pop_back();
    const int node = nodes();
    if (place.node >= 0) {
      children_[static_cast<std::size_t>(place.node)][static_cast<std::size_t>(place.branch)] =
          static_cast<std::int16_t>(entry == kInnerNode ? node : ~entry);
    }
    if (entry == kInnerNode) {
      if (place.depth == kMaxTreeDepth) {
        throw Error(kind, "code tree: a path of more than ", kMaxTreeDepth, " decisions");
      }
      children_.push_back({});
      open.push_back({node, 1, place.branches | std::uint64_t{1} << place.depth, place.depth + 1});
      open.push_back({node, 0, place.branches, place.depth + 1});
      continue;
    }
    if (entry >= leaf_count || seen[entry] || place.node < 0) {
      throw Error(kind, "code tree: leaf ", entry, " where ", leaf_count,
                  " leaves are expected, each once");
    }
    seen[entry] = true;
    branches_[entry] = place.branches;
  }
  if (!open.empty()) throw Error(kind, "code tree: the listing ends before its last leaf");
}

std::vector<CodeTree::Step> CodeTree::path(int leaf) const {
  std::vector<Step> steps;
  std::uint64_t rest = branches(leaf);
  for (int node = 0; node >= 0; rest >>= 1) {
    const bool branch = (rest & 1) != 0;
    steps.push_back({node, branch});
    node = child(node, branch);
  }
  return steps;
}

std::vector<std::uint16_t> CodeTree::listing() const {
  std::vector<std::uint16_t> entries;
  std::vector<int> open;
  if (nodes() > 0) open.push_back(0);
  while (!open.empty()) {
    const int place = open.back();
    open.pop_back();
    entries.push_back(place < 0 ? static_cast<std::uint16_t>(~place) : kInnerNode);
    if (place < 0) continue;
    open.push_back(child(place, true));
    open.push_back(child(place, false));
  }
  return entries;
}

// The number of leaves, then the listing: 0 for a node, leaf + 1 for a leaf.
void CodeTree::write(ByteWriter& out) const {
  out.varint(static_cast<std::uint64_t>(leaves()));
  for (const std::uint16_t entry : listing()) {
    out.varint(entry == kInnerNode ? 0 : std::uint64_t{entry} + 1);
  }
}

CodeTree CodeTree::read(ByteReader& in) {
  const auto leaf_count = static_cast<std::size_t>(in.varint("leaves of a code tree", kMaxLeaves));
  if (leaf_count < 2) throw Error(ErrorKind::kCorrupt, "code tree: fewer than 2 leaves");
  std::vector<std::uint16_t> listing(2 * leaf_count - 1);
  for (std::uint16_t& entry : listing) {
    const std::uint64_t value = in.varint("listing of a code tree", leaf_count);
    entry = value == 0 ? kInnerNode : static_cast<std::uint16_t>(value - 1);
  }
  return CodeTree(listing, ErrorKind::kCorrupt);
}

std::vector<Probability> order0_probabilities(const CodeTree& tree,
                                              std::span<const std::uint64_t> counts) {
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 47;  // times 2^16 it fits 64 bits
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += std::min(count, kLimit);
  if (counts.size() != static_cast<std::size_t>(tree.leaves()) || total >= kLimit) {
    throw Error(ErrorKind::kInternal, "order-0 probabilities: ", counts.size(), " counts of sum ",
                total, " for ", tree.leaves(), " leaves, expected a sum below 2^47");
  }
  const auto node_count = static_cast<std::size_t>(tree.nodes());
  std::vector<std::uint64_t> mass(node_count);
  std::vector<Probability> probabilities(node_count);
  // Children are numbered after their parents, so backwards all masses below a node are known.
  for (std::size_t node = node_count; node-- > 0;) {
    std::array<std::uint64_t, 2> side{};
    for (const bool branch : {false, true}) {
      const int next = tree.child(static_cast<int>(node), branch);
      side[branch ? 1 : 0] =
          next < 0 ? counts[static_cast<std::size_t>(~next)] : mass[static_cast<std::size_t>(next)];
    }
    mass[node] = side[0] + side[1];
    const std::uint64_t one =
        mass[node] == 0 ? kEven : ((side[1] << kProbabilityBits) + mass[node] / 2) / mass[node];
    probabilities[node] =
        static_cast<Probability>(std::clamp<std::uint64_t>(one, 1, (1 << kProbabilityBits) - 1));
  }
  return probabilities;
}

}  // namespace vqcodec::entropy
