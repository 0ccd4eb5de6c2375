#include "codec/decomposition.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "codec/compression.h"
#include "codec/format.h"
#include "codec/metrics.h"
#include "codec/parallel_for.h"
#include "codec/tile_decoder.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

constexpr std::size_t kByteCodewords = 256;  // codes of larger books take two bytes before zstd

std::vector<GroupCounts> empty_groups(const entropy::QualityPrior& prior) {
  std::vector<GroupCounts> groups;
  for (const entropy::GroupPrior& group : prior.groups)
    groups.push_back(
        {.channel_slice = group.slice,
         .histogram = std::vector<std::uint64_t>(static_cast<std::size_t>(group.codewords))});
  return groups;
}

void add_bits(const entropy::SliceStatistics& statistics, std::vector<GroupCounts>& groups) {
  const auto bits = [](std::uint64_t length) {
    return static_cast<double>(length) / entropy::kLengthOne;
  };
  for (std::size_t g = 0; g < groups.size(); ++g) {
    groups[g].code_bits += bits(statistics.code_length[g]);
    groups[g].escape_bits += bits(statistics.escape_length[g]);
    groups[g].plain_bits += bits(statistics.plain_length[g]);
  }
}

// Counts a slice's codes and appends them to the level's raw bytes: position by position, in a
// position group by group, a byte a code, low byte first where the codebook needs two.
void add_codes(const entropy::CodeMap& map, std::span<const std::uint8_t> plain,
               std::vector<GroupCounts>& groups, std::vector<std::uint8_t>& raw) {
  auto escape = map.escapes.begin();
  for (std::size_t i = 0; i < map.codes.size(); ++i) {
    const bool is_escape = escape != map.escapes.end() && escape->index == i;
    if (is_escape) ++escape;
    if (!plain.empty() && plain[i / groups.size()] != 0) continue;
    GroupCounts& group = groups[i % groups.size()];
    if (is_escape) {
      ++group.escapes;
      continue;
    }
    ++group.histogram[map.codes[i]];
    raw.push_back(static_cast<std::uint8_t>(map.codes[i]));
    if (group.histogram.size() > kByteCodewords)
      raw.push_back(static_cast<std::uint8_t>(map.codes[i] >> 8));
  }
}

}  // namespace

std::uint64_t GroupCounts::codes() const {
  return std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0});
}

std::uint64_t FileCounts::size_bytes(std::size_t level_count) const {
  std::uint64_t sum = header_bytes + side_bytes;
  for (std::size_t l = 0; l < level_count; ++l) sum += levels[l].size_bytes;
  return sum;
}

FileCounts& FileCounts::operator+=(const FileCounts& other) {
  if (levels.empty()) return *this = other;
  const auto fits = [](const auto& mine, const auto& theirs) {
    if (mine.size() != theirs.size())
      throw Error(ErrorKind::kInternal, "counts of ", theirs.size(), " levels, groups or codewords",
                  " to add to ", mine.size());
  };
  pixels += other.pixels;
  header_bytes += other.header_bytes;
  side_bytes += other.side_bytes;
  fits(levels, other.levels);
  for (std::size_t l = 0; l < levels.size(); ++l) {
    LevelCounts& level = levels[l];
    level.size_bytes += other.levels[l].size_bytes;
    level.zstd_bytes += other.levels[l].zstd_bytes;
    fits(level.groups, other.levels[l].groups);
    for (std::size_t g = 0; g < level.groups.size(); ++g) {
      GroupCounts& group = level.groups[g];
      const GroupCounts& more = other.levels[l].groups[g];
      fits(group.histogram, more.histogram);
      for (std::size_t k = 0; k < group.histogram.size(); ++k)
        group.histogram[k] += more.histogram[k];
      group.escapes += more.escapes;
      group.code_bits += more.code_bits;
      group.escape_bits += more.escape_bits;
      group.plain_bits += more.plain_bits;
    }
  }
  return *this;
}

FileCounts count_file(std::span<const std::uint8_t> bytes, const ModelFile& model, int threads) {
  const File file = read_file(bytes, DecompressOptions{}.max_pixels);
  const FileHeader& header = file.header;
  require_levels(file, bytes.size(), header.levels);
  check_side_chunks(file);
  const TileDecoder decoder(file, model);
  const Tiling tiling = header.tiling();
  std::vector<DecodedTile> tiles(static_cast<std::size_t>(tiling.count()));
  parallel_for(tiles.size(), threads, [&](std::size_t i) {
    tiles[i] = decoder.decode(static_cast<int>(i), header.levels);
  });

  FileCounts counts{.pixels = static_cast<std::uint64_t>(header.width) *
                              static_cast<std::uint64_t>(header.height),
                    .header_bytes = file.header_size,
                    .side_bytes = file.metadata.size() + file.alpha.size() + file.plain.size(),
                    .levels = {}};
  for (int l = 0; l < header.levels; ++l) {
    const auto index = static_cast<std::size_t>(l);
    LevelCounts& level = counts.levels.emplace_back();
    level.groups =
        empty_groups(model.prior.levels[index].qualities[static_cast<std::size_t>(header.quality)]);
    std::vector<std::uint8_t> raw;
    for (int tile = 0; tile < tiling.count(); ++tile) {
      const auto cells = cut_cells(decoder.plain_cells(), tiling.tile(tile), model.coarsest_stride);
      const DecodedTile& decoded = tiles[static_cast<std::size_t>(tile)];
      level.size_bytes += file.slices[header.slice_index(l, tile)].size();
      add_bits(decoded.statistics[index], level.groups);
      add_codes(decoded.maps[index], plain_positions(cells, l), level.groups, raw);
    }
    level.zstd_bytes = zstd_compress(raw).size();
  }
  return counts;
}

double CodeCosts::nats_a_code() const {
  const double decided = codes + static_cast<double>(escapes);
  return decided > 0 ? (prior_bits + escape_bits) * std::numbers::ln2 / decided : 0;
}

CodeCosts& CodeCosts::operator+=(const CodeCosts& other) {
  codes += other.codes;
  fixed_length_bits += other.fixed_length_bits;
  order0_bits += other.order0_bits;
  prior_bits += other.prior_bits;
  escape_bits += other.escape_bits;
  plain_bits += other.plain_bits;
  escapes += other.escapes;
  return *this;
}

CodeCosts costs_of(const GroupCounts& group) {
  const auto codes = static_cast<double>(group.codes());
  return {
      .codes = codes,
      .fixed_length_bits = codes * static_cast<double>(std::bit_width(group.histogram.size() - 1)),
      .order0_bits = codes * entropy_bits(group.histogram),
      .prior_bits = group.code_bits,
      .escape_bits = group.escape_bits,
      .plain_bits = group.plain_bits,
      .escapes = group.escapes};
}

CodeCosts costs_of(const LevelCounts& level) {
  CodeCosts costs;
  for (const GroupCounts& group : level.groups) costs += costs_of(group);
  return costs;
}

std::vector<CodeCosts> costs_by_channel_slice(const LevelCounts& level) {
  std::vector<CodeCosts> slices;
  for (const GroupCounts& group : level.groups) {
    const auto index = static_cast<std::size_t>(group.channel_slice);
    if (slices.size() <= index) slices.resize(index + 1);
    slices[index] += costs_of(group);
  }
  return slices;
}

double entropy_bits(std::span<const std::uint64_t> histogram) {
  const auto total =
      static_cast<double>(std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0}));
  double bits = 0;
  for (const std::uint64_t count : histogram) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / total;
    bits -= share * std::log2(share);
  }
  return bits;
}

double perplexity(std::span<const std::uint64_t> histogram) {
  return std::exp2(entropy_bits(histogram));
}

std::size_t used_codewords(std::span<const std::uint64_t> histogram) {
  return histogram.size() -
         static_cast<std::size_t>(std::count(histogram.begin(), histogram.end(), 0));
}

CodebookUse codebook_use(const LevelCounts& level) {
  CodebookUse use{.groups = level.groups.size()};
  double worst_share = 2;  // of the codewords; above all
  for (const GroupCounts& group : level.groups) {
    const double value = perplexity(group.histogram);
    const double share = value / static_cast<double>(group.histogram.size());
    use.codewords += group.histogram.size();
    use.used += used_codewords(group.histogram);
    use.mean_perplexity += value / static_cast<double>(level.groups.size());
    if (share >= worst_share) continue;
    worst_share = share;
    use.worst_perplexity = value;
    use.worst_codewords = group.histogram.size();
  }
  return use;
}

PictureDecomposition decompose(const Image& picture, const ModelFile& model, Transform& transform,
                               int quality, int threads) {
  PictureDecomposition result;
  const auto file = compress(picture, model, transform, {.quality = quality, .threads = threads},
                             &result.compress_seconds);
  result.counts = count_file(file, model, threads);
  for (int levels = 1; levels <= model.levels(); ++levels) {
    const bool whole = levels == model.levels();
    const Image decoded = decompress(file, model, transform, {.levels = levels, .threads = threads},
                                     whole ? &result.decompress_seconds : nullptr);
    result.mse.push_back(mse(picture, decoded));
  }
  return result;
}

}  // namespace vqcodec::codec
