#include "entropy/slice_coder.h"

#include <cstddef>
#include <utility>

#include "entropy/error.h"
#include "entropy/packed_level.h"
#include "entropy/slice_walk.h"

namespace vqcodec::entropy {
namespace {

constexpr std::int64_t kMaxPositions = std::int64_t{1} << 24;  // of a slice

}  // namespace

struct SliceCoder::Impl {
  Impl(const IntegerPixelCnn& checked_prior, Isa isa)
      : prior(checked_prior), kernels(entropy::kernels(isa)), nodes(prior, kernels) {
    for (std::size_t l = 0; l < prior.levels.size(); ++l) {
      levels.emplace_back(prior, static_cast<int>(l));
    }
  }

  // The groups of a quality on a level, once all that a slice stands on is known to fit.
  const QualityPrior& quality_of(int quality, int level, int height, int width,
                                 std::span<const CodeMap> coarser) const;
  void check_map(const CodeMap& map, int quality, int level) const;
  template <typename Side>
  std::pair<CodeMap, SliceStatistics> walk(Side& side, int quality, int level, int height,
                                           int width, std::span<const CodeMap> coarser,
                                           std::span<const std::uint8_t> plain,
                                           NodeLearning learning) const;

  const IntegerPixelCnn& prior;
  const Kernels& kernels;
  NodeProbabilities nodes;
  std::vector<PackedLevel> levels;
};

const QualityPrior& SliceCoder::Impl::quality_of(int quality, int level, int height, int width,
                                                 std::span<const CodeMap> coarser) const {
  const auto index = static_cast<std::size_t>(level);
  if (level < 0 || index >= levels.size() || coarser.size() != index || quality < 0 ||
      static_cast<std::size_t>(quality) >= prior.levels[index].qualities.size()) {
    throw Error(ErrorKind::kInternal, "slice: level ", level, " of ", levels.size(), ", quality ",
                quality, " with ", coarser.size(), " coarser maps");
  }
  if (height < 1 || width < 1 || std::int64_t{height} * width > kMaxPositions) {
    throw Error(ErrorKind::kInternal, "slice: a grid of ", width, "x", height, ", expected 1..",
                kMaxPositions, " positions");
  }
  for (int j = 0; j < level; ++j) {
    const CodeMap& map = coarser[static_cast<std::size_t>(j)];
    const int halvings = level - j;
    if (map.height != ((height - 1) >> halvings) + 1 ||
        map.width != ((width - 1) >> halvings) + 1) {
      throw Error(ErrorKind::kInternal, "slice: level ", j, " is ", map.width, "x", map.height,
                  ", which is not 2^", halvings, " times less than ", width, "x", height);
    }
    check_map(map, quality, j);
  }
  return prior.levels[index].qualities[static_cast<std::size_t>(quality)];
}

void SliceCoder::Impl::check_map(const CodeMap& map, int quality, int level) const {
  const auto& groups = prior.levels[static_cast<std::size_t>(level)]
                           .qualities[static_cast<std::size_t>(quality)]
                           .groups;
  const std::size_t expected = static_cast<std::size_t>(map.positions()) * groups.size();
  if (static_cast<std::size_t>(map.groups) != groups.size() || map.codes.size() != expected) {
    throw Error(ErrorKind::kInternal, "slice: the map of level ", level, " has ", map.groups,
                " groups and ", map.codes.size(), " codes, expected ", groups.size(), " and ",
                expected);
  }
  for (std::size_t i = 0; i < map.codes.size(); ++i) {
    if (map.codes[i] >= groups[i % groups.size()].codewords) {
      throw Error(ErrorKind::kInternal, "slice: the map of level ", level, " has code ",
                  map.codes[i], " of ", groups[i % groups.size()].codewords);
    }
  }
}

template <typename Side>
std::pair<CodeMap, SliceStatistics> SliceCoder::Impl::walk(Side& side, int quality, int level,
                                                           int height, int width,
                                                           std::span<const CodeMap> coarser,
                                                           std::span<const std::uint8_t> plain,
                                                           NodeLearning learning) const {
  const QualityPrior& groups = quality_of(quality, level, height, width, coarser);
  if (!plain.empty() &&
      plain.size() != static_cast<std::size_t>(height) * static_cast<std::size_t>(width))
    throw Error(ErrorKind::kInternal, "slice: ", plain.size(), " plain flags for ", width, "x",
                height, " positions");
  const auto index = static_cast<std::size_t>(level);
  Context context(prior.levels[index], levels[index], groups, kernels, height, width);
  for (std::size_t j = 0; j < index; ++j) {
    const QualityPrior& coarser_groups =
        prior.levels[j].qualities[static_cast<std::size_t>(quality)];
    context.add_coarser(static_cast<int>(j), level - static_cast<int>(j), coarser[j].width,
                        slots_of(coarser[j], coarser_groups, levels[j].slot_stride));
  }
  CodeMap map;
  map.height = height;
  map.width = width;
  map.groups = static_cast<int>(groups.groups.size());
  map.codes.resize(static_cast<std::size_t>(map.positions()) * groups.groups.size());
  SliceStatistics statistics = SliceWalk(groups, nodes, learning, context, plain, side).run(map);
  return {std::move(map), std::move(statistics)};
}

SliceCoder::SliceCoder(const IntegerPixelCnn& prior, Isa isa) {
  prior.check();
  impl_ = std::make_unique<Impl>(prior, isa);
}

SliceCoder::~SliceCoder() = default;

EncodedSlice SliceCoder::encode(int quality, int level, int height, int width,
                                std::span<const CodeMap> coarser, CodeSource& source,
                                std::span<const std::uint8_t> plain, NodeLearning learning) const {
  EncodingSide side(source);
  auto [map, statistics] =
      impl_->walk(side, quality, level, height, width, coarser, plain, learning);
  return {side.finish(), std::move(map), std::move(statistics)};
}

DecodedSlice SliceCoder::decode(int quality, int level, int height, int width,
                                std::span<const CodeMap> coarser,
                                std::span<const std::uint8_t> bytes,
                                std::span<const std::uint8_t> plain, NodeLearning learning) const {
  DecodingSide side(bytes);
  auto [map, statistics] =
      impl_->walk(side, quality, level, height, width, coarser, plain, learning);
  return {std::move(map), std::move(statistics)};
}

}  // namespace vqcodec::entropy
