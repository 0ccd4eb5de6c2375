#include "entropy/packed_level.h"

namespace vqcodec::entropy {
namespace {

// A run of `count` inputs of every row, to stand at `to` in the packed matrix.
struct Run {
  int from;
  int to;
  int count;
};

PackedMatrix pack(std::span<const std::int8_t> weights, int outputs, int inputs_padded,
                  std::span<const Run> runs) {
  PackedMatrix packed;
  packed.blocks = round_up(outputs, kBlock) / kBlock;
  packed.quads = round_up(inputs_padded, kQuad) / kQuad;
  packed.tiles.resize(static_cast<std::size_t>(packed.blocks) *
                      static_cast<std::size_t>(packed.quads));  // All zero.
  const std::size_t columns = weights.size() / static_cast<std::size_t>(outputs);
  for (int n = 0; n < outputs; ++n) {
    const auto row = weights.subspan(static_cast<std::size_t>(n) * columns, columns);
    WeightTile* tiles =
        packed.tiles.data() + static_cast<std::ptrdiff_t>(n / kBlock) * packed.quads;
    for (const Run& run : runs) {
      for (int i = 0; i < run.count; ++i) {
        const int to = run.to + i;
        tiles[to / kQuad].weights[n % kBlock][to % kQuad] =
            row[static_cast<std::size_t>(run.from + i)];
      }
    }
  }
  return packed;
}

// Taps of `inputs` each, spread to cells of `stride`.
PackedMatrix pack_taps(std::span<const std::int8_t> weights, int outputs, int taps, int inputs,
                       int stride) {
  std::vector<Run> runs;
  for (int tap = 0; tap < taps; ++tap) runs.push_back({tap * inputs, tap * stride, inputs});
  return pack(weights, outputs, taps * stride, runs);
}

// coarser level's slots: `first` .. `first + slots - 1` of each tap.
CoarserTaps pack_above(const LevelPrior& level, int first, int slots) {
  CoarserTaps above;
  above.stride = round_up(slots, kQuad);
  for (int tap = 0; tap < kAboveTaps; ++tap) {
    const Run run = {tap * level.coarser + first, 0, slots};
    above.taps.push_back(pack(level.above, level.hidden, above.stride, {&run, 1}));
    auto& idle = above.idle.emplace_back(round_up(level.hidden, kBlock));
    for (int h = 0; h < level.hidden; ++h) {
      for (int i = 0; i < slots; ++i) {
        const int at = h * kAboveTaps * level.coarser + run.from + i;
        idle[static_cast<std::size_t>(h)] += kZeroPoint * level.above[static_cast<std::size_t>(at)];
      }
    }
  }
  return above;
}

}  // namespace

PackedShifts::PackedShifts(std::span<const std::uint8_t> shifts)
    : rounding(static_cast<std::size_t>(round_up(static_cast<int>(shifts.size()), kBlock))),
      shift(rounding.size()) {
  for (std::size_t n = 0; n < shifts.size(); ++n) {
    shift[n] = shifts[n];
    rounding[n] = 1 << shifts[n] >> 1;
  }
}

PackedLevel::PackedLevel(const IntegerPixelCnn& prior, int index)
    : shift1(prior.levels[static_cast<std::size_t>(index)].shift1),
      shift2(prior.levels[static_cast<std::size_t>(index)].shift2) {
  const LevelPrior& level = prior.levels[static_cast<std::size_t>(index)];
  slot_stride = round_up(level.slots, kQuad);
  hidden_stride = round_up(level.hidden, kBlock);
  feature_stride = round_up(level.features, 64);
  near = pack_taps(level.near, level.hidden, kNearTaps, level.slots, slot_stride);
  mix = pack_taps(level.mix, level.hidden, kMixTaps, level.hidden, hidden_stride);
  for (int j = 0, first = 0; j < index; ++j) {
    const int slots = prior.levels[static_cast<std::size_t>(j)].slots;
    above.push_back(pack_above(level, first, slots));
    first += slots;
  }
  int begin = 0;
  for (std::size_t s = 0; s < level.slice_slots.size(); ++s) {
    const Run runs[] = {{0, 0, level.hidden}, {level.hidden, hidden_stride, begin}};
    slice.push_back(pack(level.slice[s], level.features, hidden_stride + begin, runs));
    inside.push_back(
        pack_taps(level.inside[s], level.features, 1, level.slice_slots[s], level.slice_slots[s]));
    const auto features = static_cast<std::size_t>(level.features);
    shift3.emplace_back(std::span(level.shift3).subspan(s * features, features));
    slice_begin.push_back(begin);
    begin += level.slice_slots[s];
  }
}

}  // namespace vqcodec::entropy
