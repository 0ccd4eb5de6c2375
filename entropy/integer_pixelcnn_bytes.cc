// Bytes of the integer prior: sizes as varints, weights and tables as they lie in memory.
#include <cstddef>
#include <span>

#include "entropy/error.h"
#include "entropy/integer_pixelcnn.h"

namespace vqcodec::entropy {
namespace {

void write_bytes(ByteWriter& out, std::span<const std::int8_t> values) {
  for (const std::int8_t value : values) out.u8(static_cast<std::uint8_t>(value));
}

void write_words(ByteWriter& out, std::span<const std::int32_t> values) {
  for (const std::int32_t value : values) out.u32(static_cast<std::uint32_t>(value));
}

void write_count(ByteWriter& out, std::int64_t value) {
  out.varint(static_cast<std::uint64_t>(value));
}

// Nothing is reserved before the reader has found the bytes for it.
template <typename Byte>
std::vector<Byte> read_bytes(ByteReader& in, std::int64_t count, const char* what) {
  const auto source = in.bytes(static_cast<std::uint64_t>(count), what);
  return std::vector<Byte>(source.begin(), source.end());
}

std::vector<std::int32_t> read_words(ByteReader& in, std::int64_t count, const char* what) {
  ByteReader words = in.section(static_cast<std::uint64_t>(count) * 4, what);
  std::vector<std::int32_t> values(static_cast<std::size_t>(count));
  for (std::int32_t& value : values) value = static_cast<std::int32_t>(words.u32(what));
  return values;
}

int read_count(ByteReader& in, const char* what, int limit) {
  return static_cast<int>(in.varint(what, static_cast<std::uint64_t>(limit)));
}

void write_group(ByteWriter& out, const GroupPrior& group) {
  write_count(out, group.first_slot);
  write_count(out, group.dimension);
  write_count(out, group.slice);
  write_count(out, group.codewords);
  out.bytes(group.activations);
  group.tree.write(out);
  write_bytes(out, group.node_weights);
  write_words(out, group.node_bias);
  out.bytes(group.node_shift);
}

GroupPrior read_group(ByteReader& in, int features) {
  GroupPrior group;
  group.first_slot = read_count(in, "first slot of a group", kMaxSlots);
  group.dimension = read_count(in, "dimension of a group", kMaxDimension);
  group.slice = read_count(in, "slice of a group", kMaxSlots);
  group.codewords = read_count(in, "codewords of a group", kMaxCodewords);
  const std::int64_t nodes = group.codewords;
  group.activations = read_bytes<std::uint8_t>(in, nodes * group.dimension, "activations");
  group.tree = CodeTree::read(in);
  group.node_weights = read_bytes<std::int8_t>(in, nodes * features, "node weights");
  group.node_bias = read_words(in, nodes, "node bias");
  group.node_shift = read_bytes<std::uint8_t>(in, nodes, "node shift");
  return group;
}

void write_level(ByteWriter& out, const LevelPrior& level) {
  write_count(out, level.slots);
  write_count(out, level.coarser);
  write_count(out, level.hidden);
  write_count(out, level.features);
  write_count(out, static_cast<std::int64_t>(level.slice_slots.size()));
  for (const int slots : level.slice_slots) write_count(out, slots);
  write_bytes(out, level.near);
  write_bytes(out, level.above);
  write_bytes(out, level.mix);
  for (std::size_t s = 0; s < level.slice_slots.size(); ++s) {
    write_bytes(out, level.slice[s]);
    write_bytes(out, level.inside[s]);
  }
  out.bytes(level.shift1);
  out.bytes(level.shift2);
  out.bytes(level.shift3);
  write_count(out, static_cast<std::int64_t>(level.qualities.size()));
  for (const QualityPrior& quality : level.qualities) {
    write_words(out, quality.bias1);
    write_words(out, quality.bias2);
    write_words(out, quality.bias3);
    write_count(out, static_cast<std::int64_t>(quality.groups.size()));
    for (const GroupPrior& group : quality.groups) write_group(out, group);
  }
}

QualityPrior read_quality(ByteReader& in, const LevelPrior& level) {
  QualityPrior quality;
  const auto slices = static_cast<std::int64_t>(level.slice_slots.size());
  quality.bias1 = read_words(in, level.hidden, "bias1");
  quality.bias2 = read_words(in, level.hidden, "bias2");
  quality.bias3 = read_words(in, slices * level.features, "bias3");
  const int groups = read_count(in, "groups", level.slots);
  for (int g = 0; g < groups; ++g) quality.groups.push_back(read_group(in, level.features));
  return quality;
}

LevelPrior read_level(ByteReader& in) {
  LevelPrior level;
  level.slots = read_count(in, "slots", kMaxSlots);
  level.coarser = read_count(in, "coarser slots", kMaxSlots);
  level.hidden = read_count(in, "hidden", kMaxHidden);
  level.features = read_count(in, "features", kMaxFeatures);
  const int slices = read_count(in, "slices", level.slots);
  for (int s = 0; s < slices; ++s) {
    level.slice_slots.push_back(read_count(in, "slots of a slice", level.slots));
  }
  const std::int64_t hidden = level.hidden;
  level.near = read_bytes<std::int8_t>(in, hidden * kNearTaps * level.slots, "near");
  level.above = read_bytes<std::int8_t>(in, hidden * kAboveTaps * level.coarser, "above");
  level.mix = read_bytes<std::int8_t>(in, hidden * kMixTaps * hidden, "mix");
  std::int64_t before = 0;
  for (const int slots : level.slice_slots) {
    level.slice.push_back(read_bytes<std::int8_t>(in, level.features * (hidden + before), "slice"));
    level.inside.push_back(
        read_bytes<std::int8_t>(in, std::int64_t{level.features} * slots, "inside"));
    before += slots;
  }
  level.shift1 = read_bytes<std::uint8_t>(in, hidden, "shift1");
  level.shift2 = read_bytes<std::uint8_t>(in, hidden, "shift2");
  level.shift3 = read_bytes<std::uint8_t>(in, std::int64_t{slices} * level.features, "shift3");
  const int qualities = read_count(in, "qualities", kMaxQualities);
  for (int q = 0; q < qualities; ++q) level.qualities.push_back(read_quality(in, level));
  return level;
}

}  // namespace

void IntegerPixelCnn::write(ByteWriter& out) const {
  write_count(out, static_cast<std::int64_t>(levels.size()));
  for (const LevelPrior& level : levels) write_level(out, level);
  for (const std::uint16_t probability : sigmoid_table) out.u16(probability);
}

IntegerPixelCnn IntegerPixelCnn::read(ByteReader& in) {
  IntegerPixelCnn prior;
  const int levels = read_count(in, "levels", kMaxLevels);
  for (int l = 0; l < levels; ++l) prior.levels.push_back(read_level(in));
  ByteReader table = in.section(2 * kSigmoidSteps, "sigmoid table");
  for (int i = 0; i < kSigmoidSteps; ++i) prior.sigmoid_table.push_back(table.u16("sigmoid table"));
  prior.check(ErrorKind::kCorrupt);
  return prior;
}

}  // namespace vqcodec::entropy
