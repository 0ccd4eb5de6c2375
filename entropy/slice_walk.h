// entropy/slice_walk.h: the walk over a slice's codes in coding order, one for both directions.
//
// A Side is a direction. `choose` gives what is known of a code in advance: all, or nothing.
// `code(decision, one)` writes the decision and returns it, or returns the one it reads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "entropy/context.h"
#include "entropy/escape_coder.h"
#include "entropy/ideal_length.h"
#include "entropy/node_probabilities.h"
#include "entropy/plain_coder.h"
#include "entropy/slice_coder.h"
#include "entropy/wavefront.h"

namespace vqcodec::entropy {

class EncodingSide {
 public:
  explicit EncodingSide(CodeSource& source) : source_(source) {}

  bool weighs_lengths() const { return source_.weighs_lengths(); }
  // Throws Error(kInternal) for a choice that could not be read back.
  Choice choose(int position, int group, const GroupPrior& prior,
                std::span<const std::uint32_t> lengths);
  Choice choose_plain(int position, int group, const GroupPrior& prior, int codeword);
  bool code(bool decision, Probability one) {
    encoder_.encode(decision, one);
    return decision;
  }
  std::vector<std::uint8_t> finish() { return encoder_.finish(); }

 private:
  CodeSource& source_;
  RangeEncoder encoder_;
};

class DecodingSide {
 public:
  explicit DecodingSide(std::span<const std::uint8_t> bytes) : decoder_(bytes) {}

  bool weighs_lengths() const { return false; }
  Choice choose(int, int, const GroupPrior&, std::span<const std::uint32_t>) { return {}; }
  Choice choose_plain(int, int, const GroupPrior&, int) { return {}; }
  bool code(bool /*unknown*/, Probability one) { return decoder_.decode(one); }

 private:
  RangeDecoder decoder_;
};

template <typename Side>
class SliceWalk {
 public:
  // plain: (positions), not 0 at plain ones; empty: none are.
  SliceWalk(const QualityPrior& quality, const NodeProbabilities& nodes, NodeLearning learning,
            Context& context, std::span<const std::uint8_t> plain, Side& side)
      : quality_(quality),
        nodes_(nodes),
        learns_(learning == NodeLearning::kOn),
        offsets_(quality),
        context_(context),
        plain_(plain),
        side_(side),
        code_length_(quality.groups.size()),
        escape_length_(quality.groups.size()),
        plain_length_(quality.groups.size()) {}

  // Fills the map, which has its sizes.
  SliceStatistics run(CodeMap& map) {
    if (!plain_.empty()) plain_coder_.emplace(quality_, map.height, map.width);
    const Wavefronts wavefronts(map.height, map.width);
    root_products_.resize(static_cast<std::size_t>(wavefronts.longest()));
    for (int t = 0; t < wavefronts.count(); ++t) {
      if (wavefronts[t].count > 0) code_wavefront(wavefronts[t], map);
    }
    std::sort(map.escapes.begin(), map.escapes.end(),
              [](const Escape& a, const Escape& b) { return a.index < b.index; });
    map.escapes.shrink_to_fit();  // they can outweigh all else of a picture, and live long
    return {values(code_length_), values(escape_length_), values(plain_length_)};
  }

 private:
  static std::vector<std::uint64_t> values(const std::vector<IdealLength>& lengths) {
    std::vector<std::uint64_t> values;
    for (const IdealLength& length : lengths) values.push_back(length.value());
    return values;
  }

  void code_wavefront(const Wavefront& wavefront, CodeMap& map) {
    context_.begin(wavefront);
    int slice = -1;
    for (int g = 0; g < map.groups; ++g) {
      const GroupPrior& group = quality_.groups[static_cast<std::size_t>(g)];
      if (group.slice == slice) {
        context_.absorb(g - 1);
      } else {
        slice = group.slice;
        context_.begin_slice(slice);
      }
      context_.activate(g);
      code_group(wavefront, g, map);
    }
  }

  void code_group(const Wavefront& wavefront, int g, CodeMap& map) {
    const GroupPrior& group = quality_.groups[static_cast<std::size_t>(g)];
    const auto products =
        std::span(root_products_).first(static_cast<std::size_t>(wavefront.count));
    nodes_.root_products(group, context_.features(0), context_.feature_stride(), products);
    for (int m = 0; m < wavefront.count; ++m) {
      const int position = (wavefront.y + m) * map.width + wavefront.x - kWavefrontSlope * m;
      const bool is_plain = !plain_.empty() && plain_[static_cast<std::size_t>(position)] != 0;
      const Choice choice = is_plain ? code_plain(position, g)
                                     : code_symbol(position, g, context_.features(m),
                                                   products[static_cast<std::size_t>(m)]);
      const std::size_t index = map.index(position, g);
      map.codes[index] = static_cast<std::uint16_t>(choice.code);
      if (choice.escaped) {
        map.escapes.push_back({static_cast<std::uint32_t>(index), choice.remainder});
      }
      context_.set(m, g, choice.code);
    }
  }

  Choice code_symbol(int position, int g, std::span<const std::uint8_t> features,
                     std::int32_t root_product) {
    const GroupPrior& group = quality_.groups[static_cast<std::size_t>(g)];
    std::span<const std::uint32_t> lengths;
    const auto offsets = offsets_.of(g);
    if (side_.weighs_lengths()) lengths = nodes_.leaf_lengths(group, features, offsets, scratch_);
    Choice choice = side_.choose(position, g, group, lengths);
    const int escape_leaf = group.codewords;
    IdealLength length;
    const int leaf =
        descend(group, features, root_product, offsets,
                group.tree.branches(choice.escaped ? escape_leaf : choice.code), length);
    choice.escaped = leaf == escape_leaf;
    if (choice.escaped) {
      escapes_.code(side_, group.codewords, group.dimension, choice, length);
      escape_length_[static_cast<std::size_t>(g)].add(length);
    } else {
      choice.code = leaf;
      code_length_[static_cast<std::size_t>(g)].add(length);
    }
    return choice;
  }

  Choice code_plain(int position, int g) {
    const GroupPrior& group = quality_.groups[static_cast<std::size_t>(g)];
    Choice choice = side_.choose_plain(position, g, group, plain_coder_->zero_codeword_of(g));
    IdealLength length;
    plain_coder_->code(side_, position, g, group, choice, length);
    plain_length_[static_cast<std::size_t>(g)].add(length);
    return choice;
  }

  // From the root to a leaf; branches: what is known of the way, as CodeTree::branches.
  int descend(const GroupPrior& group, std::span<const std::uint8_t> features,
              std::int32_t root_product, std::span<NodeOffset> offsets, std::uint64_t branches,
              IdealLength& length) {
    std::int32_t product = root_product;
    for (int node = 0;;) {
      NodeOffset& offset = offsets[static_cast<std::size_t>(node)];
      const Probability one = nodes_.one(group, node, product, offset);
      const bool branch = side_.code((branches & 1) != 0, one);
      if (learns_) offset.learn(branch, one);
      length.add(branch, one);
      branches >>= 1;
      node = group.tree.child(node, branch);
      if (node < 0) return ~node;
      product = nodes_.product(group, node, features);
    }
  }

  const QualityPrior& quality_;
  const NodeProbabilities& nodes_;
  const bool learns_;
  NodeOffsets offsets_;
  Context& context_;
  std::span<const std::uint8_t> plain_;
  Side& side_;
  EscapeCoder escapes_;
  std::optional<PlainCoder> plain_coder_;
  std::vector<IdealLength> code_length_, escape_length_, plain_length_;
  std::vector<std::int32_t> root_products_;
  NodeProbabilities::Scratch scratch_;
};

}  // namespace vqcodec::entropy
