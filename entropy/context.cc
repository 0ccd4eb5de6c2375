#include "entropy/context.h"

#include <algorithm>
#include <functional>

namespace vqcodec::entropy {
namespace {

// A group's slots touch at most so many bytes of whole quads, wherever they start.
constexpr int kWindow = kMaxDimension + 2 * kQuad;

constexpr int kNearRow = 5;  // taps in rows y-2 and y-1
constexpr int kMixRow = 3;   // taps in row y-1

std::size_t cells(int height, int width, int stride) {
  return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
         static_cast<std::size_t>(stride);
}

}  // namespace

std::vector<std::uint8_t> slots_of(const CodeMap& map, const QualityPrior& quality, int stride) {
  std::vector<std::uint8_t> slots(cells(map.height, map.width, stride), kZeroPoint);
  for (int position = 0; position < map.positions(); ++position) {
    std::uint8_t* cell = slots.data() + static_cast<std::ptrdiff_t>(position) * stride;
    for (int g = 0; g < map.groups; ++g) {
      const GroupPrior& group = quality.groups[static_cast<std::size_t>(g)];
      std::copy_n(group.activations.begin() + map.codes[map.index(position, g)] * group.dimension,
                  group.dimension, cell + group.first_slot);
    }
  }
  return slots;
}

Context::Context(const LevelPrior& level, const PackedLevel& packed, const QualityPrior& quality,
                 const Kernels& kernels, int height, int width)
    : level_(level),
      packed_(packed),
      quality_(quality),
      kernels_(kernels),
      height_(height),
      width_(width),
      slots_width_(width + 4),
      first_width_(width + 2),
      slot_step_(std::ptrdiff_t{slots_width_ - kWavefrontSlope} * packed.slot_stride),
      first_step_(std::ptrdiff_t{first_width_ - kWavefrontSlope} * packed.hidden_stride),
      slots_(cells(height + 2, slots_width_, packed.slot_stride), kZeroPoint),
      first_(cells(height + 1, first_width_, packed.hidden_stride)),
      above_(cells(height, width, packed.hidden_stride)),
      bias2_(static_cast<std::size_t>(packed.hidden_stride)) {
  const int longest = Wavefronts(height, width).longest();
  sums_.resize(cells(longest, 1, std::max(packed.hidden_stride, packed.feature_stride)));
  second_.resize(cells(longest, 1, packed.hidden_stride));
  features_.resize(cells(longest, 1, packed.feature_stride));
  activations_.resize(cells(longest, 1, kWindow));
  std::copy(quality.bias2.begin(), quality.bias2.end(), bias2_.begin());
  for (const GroupPrior& group : quality.groups) offset_.push_back(offsets_of(group));

  std::vector<std::int32_t> start(static_cast<std::size_t>(packed.hidden_stride));
  std::copy(quality.bias1.begin(), quality.bias1.end(), start.begin());
  for (const CoarserTaps& taps : packed.above) {
    for (const auto& idle : taps.idle) {
      for (std::size_t h = 0; h < idle.size(); ++h) start[h] += idle[h];
    }
  }
  for (auto row = above_.begin(); row != above_.end(); row += packed.hidden_stride) {
    std::copy(start.begin(), start.end(), row);
  }
}

// What t adds to the products with decoded slots: the bias, the zero points of the slice's slots
// that the group cannot see yet, and the rounding of the shift.
std::vector<std::int32_t> Context::offsets_of(const GroupPrior& group) const {
  const auto slice = static_cast<std::size_t>(group.slice);
  const int slots = level_.slice_slots[slice];
  std::vector<std::int32_t> offsets = packed_.shift3[slice].rounding;
  std::vector<bool> is_seen(static_cast<std::size_t>(slots));
  for (const GroupPrior& other : quality_.groups) {
    if (other.slice != group.slice || other.first_slot >= group.first_slot) continue;
    const int first = other.first_slot - packed_.slice_begin[slice];
    std::fill_n(is_seen.begin() + first, other.dimension, true);
  }
  for (int f = 0; f < level_.features; ++f) {
    const auto feature = static_cast<std::size_t>(f);
    std::int32_t sum = quality_.bias3[slice * static_cast<std::size_t>(level_.features) + feature];
    for (int i = 0; i < slots; ++i) {
      if (is_seen[static_cast<std::size_t>(i)]) continue;
      sum += kZeroPoint * level_.inside[slice][static_cast<std::size_t>(f * slots + i)];
    }
    offsets[feature] += sum;
  }
  return offsets;
}

void Context::add_coarser(int coarser_level, int halvings, int coarse_width,
                          std::span<const std::uint8_t> coarse) {
  const CoarserTaps& above = packed_.above[static_cast<std::size_t>(coarser_level)];
  const int outputs = packed_.hidden_stride;
  std::vector<std::int32_t> products(cells(1, coarse_width, outputs));
  const int coarse_height = ((height_ - 1) >> halvings) + 1;
  // The product of a coarse cell with a tap serves all positions that read the cell through it.
  for (int tap = 0; tap < kAboveTaps; ++tap) {
    const int dy = tap / 3 - 1;
    const int dx = tap % 3 - 1;
    const auto& idle = above.idle[static_cast<std::size_t>(tap)];
    for (int coarse_y = 0; coarse_y < coarse_height; ++coarse_y) {
      // Positions already hold what the tap gives where it reads zero points.
      for (auto row = products.begin(); row != products.end(); row += outputs) {
        std::transform(idle.begin(), idle.end(), row, std::negate<>());
      }
      const PackedMatrix& matrix = above.taps[static_cast<std::size_t>(tap)];
      kernels_.multiply({.weights = matrix.tiles.data(),
                         .block_stride = matrix.quads,
                         .blocks = matrix.blocks,
                         .quads = matrix.quads,
                         .rows = coarse.data() + cells(coarse_y, coarse_width, above.stride),
                         .row_stride = above.stride,
                         .row_count = coarse_width,
                         .sums = products.data(),
                         .sums_stride = outputs});
      const int end = std::min(height_, (coarse_y + 1) << halvings);
      for (int from_y = coarse_y << halvings; from_y < end; ++from_y) {
        const int y = from_y - dy;
        if (y < 0 || y >= height_) continue;
        for (int x = std::max(0, -dx); x < width_ - std::max(0, dx); ++x) {
          kernels_.add(above_.data() + cells(1, y * width_ + x, outputs),
                       products.data() + cells(1, (x + dx) >> halvings, outputs), outputs);
        }
      }
    }
  }
}

std::ptrdiff_t Context::slot_cell(int dy, int dx) const {
  const std::ptrdiff_t row = wavefront_.y + dy + 2;
  return (row * slots_width_ + wavefront_.x + dx + 2) * packed_.slot_stride;
}

std::ptrdiff_t Context::first_cell(int dy, int dx) const {
  const std::ptrdiff_t row = wavefront_.y + dy + 1;
  return (row * first_width_ + wavefront_.x + dx + 1) * packed_.hidden_stride;
}

void Context::multiply(const PackedMatrix& matrix, int first_quad, int quads,
                       const std::uint8_t* rows, std::ptrdiff_t row_stride, std::int32_t* sums,
                       std::ptrdiff_t sums_stride) const {
  kernels_.multiply({.weights = matrix.tiles.data() + first_quad,
                     .block_stride = matrix.quads,
                     .blocks = matrix.blocks,
                     .quads = quads,
                     .rows = rows,
                     .row_stride = row_stride,
                     .row_count = wavefront_.count,
                     .sums = sums,
                     .sums_stride = sums_stride});
}

void Context::begin(const Wavefront& wavefront) {
  wavefront_ = wavefront;
  if (wavefront.count == 0) return;
  first_layer();
  second_layer();
}

void Context::first_layer() {
  const std::ptrdiff_t position = std::ptrdiff_t{wavefront_.y} * width_ + wavefront_.x;
  std::int32_t* sums = above_.data() + position * packed_.hidden_stride;
  const std::ptrdiff_t sums_step = std::ptrdiff_t{width_ - kWavefrontSlope} * packed_.hidden_stride;
  const int row = kNearRow * packed_.slot_stride / kQuad;
  const std::uint8_t* slots = slots_.data();
  multiply(packed_.near, 0, row, slots + slot_cell(-2, -2), slot_step_, sums, sums_step);
  multiply(packed_.near, row, row, slots + slot_cell(-1, -2), slot_step_, sums, sums_step);
  multiply(packed_.near, 2 * row, packed_.near.quads - 2 * row, slots + slot_cell(0, -2),
           slot_step_, sums, sums_step);
  kernels_.saturate({.sums = sums,
                     .sums_stride = sums_step,
                     .rounding = packed_.shift1.rounding.data(),
                     .shift = packed_.shift1.shift.data(),
                     .outputs = packed_.hidden_stride,
                     .row_count = wavefront_.count,
                     .out = first_.data() + first_cell(0, 0),
                     .out_stride = first_step_});
}

void Context::second_layer() {
  for (int m = 0; m < wavefront_.count; ++m) {
    std::copy(bias2_.begin(), bias2_.end(), sums_.begin() + m * packed_.hidden_stride);
  }
  const int row = kMixRow * packed_.hidden_stride / kQuad;
  const std::uint8_t* first = first_.data();
  multiply(packed_.mix, 0, row, first + first_cell(-1, -1), first_step_, sums_.data(),
           packed_.hidden_stride);
  multiply(packed_.mix, row, packed_.mix.quads - row, first + first_cell(0, -1), first_step_,
           sums_.data(), packed_.hidden_stride);
  kernels_.saturate({.sums = sums_.data(),
                     .sums_stride = packed_.hidden_stride,
                     .rounding = packed_.shift2.rounding.data(),
                     .shift = packed_.shift2.shift.data(),
                     .outputs = packed_.hidden_stride,
                     .row_count = wavefront_.count,
                     .out = second_.data(),
                     .out_stride = packed_.hidden_stride});
}

void Context::begin_slice(int slice) {
  const PackedMatrix& matrix = packed_.slice[static_cast<std::size_t>(slice)];
  const int hidden = packed_.hidden_stride / kQuad;
  std::fill_n(sums_.begin(), wavefront_.count * packed_.feature_stride, 0);
  multiply(matrix, 0, hidden, second_.data(), packed_.hidden_stride, sums_.data(),
           packed_.feature_stride);
  multiply(matrix, hidden, matrix.quads - hidden, slots_.data() + slot_cell(0, 0), slot_step_,
           sums_.data(), packed_.feature_stride);
}

void Context::activate(int group) {
  const auto index = static_cast<std::size_t>(group);
  const PackedShifts& shifts =
      packed_.shift3[static_cast<std::size_t>(quality_.groups[index].slice)];
  kernels_.saturate({.sums = sums_.data(),
                     .sums_stride = packed_.feature_stride,
                     .rounding = offset_[index].data(),
                     .shift = shifts.shift.data(),
                     .outputs = static_cast<int>(shifts.shift.size()),
                     .row_count = wavefront_.count,
                     .out = features_.data(),
                     .out_stride = packed_.feature_stride});
}

void Context::set(int member, int group, int code) {
  const GroupPrior& prior = quality_.groups[static_cast<std::size_t>(group)];
  std::copy_n(prior.activations.begin() + code * prior.dimension, prior.dimension,
              slots_.begin() + slot_cell(0, 0) + member * slot_step_ + prior.first_slot);
}

void Context::absorb(int group) {
  const GroupPrior& prior = quality_.groups[static_cast<std::size_t>(group)];
  const auto slice = static_cast<std::size_t>(prior.slice);
  const int first = prior.first_slot - packed_.slice_begin[slice];
  const int first_quad = first / kQuad;
  const int quads = (first + prior.dimension - 1) / kQuad - first_quad + 1;
  // The other slots of these quads are added with their own groups: here they are 0.
  std::fill_n(activations_.begin(), wavefront_.count * kWindow, std::uint8_t{0});
  for (int m = 0; m < wavefront_.count; ++m) {
    std::copy_n(slots_.begin() + slot_cell(0, 0) + m * slot_step_ + prior.first_slot,
                prior.dimension, activations_.begin() + m * kWindow + first % kQuad);
  }
  multiply(packed_.inside[slice], first_quad, quads, activations_.data(), kWindow, sums_.data(),
           packed_.feature_stride);
}

}  // namespace vqcodec::entropy
