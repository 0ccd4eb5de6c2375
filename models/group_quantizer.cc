#include "models/group_quantizer.h"

#include <algorithm>

#include "models/context_model.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kWidestGroup = 8;
constexpr std::int64_t kWidestZeroGroup = 16;
constexpr double kLowestActivation = -64, kHighestActivation = 63;

torch::Tensor to_activations(const torch::Tensor& values) {
  return values.round().clamp(kLowestActivation, kHighestActivation).to(torch::kInt64);
}

// Codewords on a grid around zero, as far as the samples go.
Group coarse_group(const torch::Tensor& samples, double step) {
  const auto index = (samples / step).round().clamp(-120, 120);
  const auto low = index.min().item<double>(), high = index.max().item<double>();
  const auto grid = torch::arange(low, high + 1);
  const auto counts = torch::histc(index, grid.size(0), low - 0.5, high + 0.5) + 0.5;
  Group group;
  group.stage = Stage::kCoarse;
  group.reach = step / 2 + 1e-3;
  group.codebook = {.codewords = (grid * step).unsqueeze(1),
                    .length_bits = -torch::log2(counts / counts.sum())};
  const double unit = std::min(1.0, kHighestActivation / std::max(-low, high));
  group.activations = to_activations(grid * unit).unsqueeze(1);
  return group;
}

}  // namespace

std::int64_t LevelLayout::slots() const {
  const auto extra = std::count(has_fine_slot.begin(), has_fine_slot.end(), true);
  return channels + extra;
}

std::vector<std::int64_t> LevelLayout::slice_slots() const {
  std::vector<std::int64_t> slots;
  std::size_t channel = 0;
  for (const auto count : slice_channels) {
    slots.push_back(count);
    for (std::int64_t i = 0; i < count; ++i) slots.back() += has_fine_slot[channel++] ? 1 : 0;
  }
  return slots;
}

LevelLayout make_layout(const std::vector<std::int64_t>& slice_channels,
                        const std::vector<bool>& has_fine_slot) {
  LevelLayout layout{.channels = static_cast<std::int64_t>(has_fine_slot.size()),
                     .slot_of = {},
                     .has_fine_slot = has_fine_slot,
                     .slice_channels = slice_channels};
  std::int64_t slot = 0;
  for (const bool fine : has_fine_slot) {
    layout.slot_of.push_back(slot);
    slot += fine ? 2 : 1;
  }
  return layout;
}

Quantized LevelQuantizer::quantize(const torch::Tensor& latents, double price,
                                   const std::vector<torch::Tensor>& lengths) const {
  const auto n = latents.size(0), h = latents.size(2), w = latents.size(3);
  const auto vectors = latents.permute({0, 2, 3, 1}).reshape({-1, layout.channels});  // (P,C)
  auto values = torch::zeros_like(vectors);
  std::vector<torch::Tensor> codes, leaves;
  for (const auto& group : groups) {
    const auto first = group.first_channel, last = first + group.dimension;
    auto target = vectors.slice(1, first, last);
    auto value = values.slice(1, first, last);
    if (group.stage == Stage::kFine) target = target - value;
    const auto weight = weights.slice(0, first, last);
    const double own_price = group.stage == Stage::kCoarse ? 0 : price;
    const auto code = lengths.empty()
                          ? assign(target.contiguous(), group.codebook, weight, own_price)
                          : assign(target.contiguous(), group.codebook, weight, own_price,
                                   lengths[codes.size()].slice(1, 0, group.codebook.size()));
    const auto word = group.codebook.codewords.index_select(0, code);
    const auto rest = target - word;
    const auto escaped = rest.abs().amax(1, /*keepdim=*/true) > group.reach;
    value.add_(word + torch::where(escaped, rest.round(), torch::zeros_like(rest)));
    codes.push_back(code);
    leaves.push_back(code.masked_fill(escaped.squeeze(1), group.codebook.size()));
  }
  return {.values = values.view({n, h, w, -1}).permute({0, 3, 1, 2}).contiguous(),
          .codes = torch::stack(codes).view({-1, n, h, w}).transpose(0, 1),
          .leaves = torch::stack(leaves).view({-1, n, h, w}).transpose(0, 1)};
}

double LevelQuantizer::order0_bits(const torch::Tensor& codes) const {
  double bits = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto code = codes.select(1, static_cast<std::int64_t>(g)).flatten();
    const auto lengths = groups[g].codebook.length_bits.index_select(0, code);
    bits += lengths.sum(torch::kFloat64).item<double>();
  }
  return bits;
}

torch::Tensor LevelQuantizer::slots(const torch::Tensor& codes) const {
  const auto n = codes.size(0), h = codes.size(2), w = codes.size(3);
  auto seen = torch::zeros({n, h, w, layout.slots()}, codes.options().dtype(torch::kFloat32));
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto& group = groups[g];
    const auto rows = group.activations.to(torch::kFloat32)
                          .index_select(0, codes.select(1, static_cast<std::int64_t>(g)).flatten());
    seen.slice(3, group.first_slot, group.first_slot + group.dimension)
        .copy_(rows.view({n, h, w, -1}));
  }
  return seen.permute({0, 3, 1, 2}) * kActivationUnit;
}

void LevelQuantizer::to(const torch::Device& device) {
  weights = weights.to(device);
  for (auto& group : groups) {
    group.codebook = {group.codebook.codewords.to(device), group.codebook.length_bits.to(device)};
    group.activations = group.activations.to(device);
  }
}

torch::Tensor channel_ranges(const torch::Tensor& samples) {
  const auto rank = std::max<std::int64_t>(1, samples.size(0) - samples.size(0) / 1000);
  return std::get<0>(samples.abs().kthvalue(rank, 0));
}

namespace {

// Whether the most frequent integer points of these channels cover enough. integers: (P,D) int64.
bool is_covered(const torch::Tensor& integers, const GroupingOptions& options) {
  auto key = torch::zeros({integers.size(0)}, torch::kInt64);  // a point as one number
  for (std::int64_t c = 0; c < integers.size(1); ++c) key = key * 1000003 + integers.select(1, c);
  const auto counts = std::get<2>(torch::_unique2(key, true, false, true));
  const auto rare =
      std::get<0>(counts.sort(0, /*descending=*/true)).slice(0, options.codewords * 3 / 4);
  const auto left_out = rare.sum().item<double>();
  const auto busy = integers.ne(0).any(1).sum().item<double>();
  return left_out <= options.uncovered * static_cast<double>(integers.size(0)) &&
         left_out <= options.uncovered_busy * busy;
}

// Builds the groups of one level, slice by slice.
class Grouping {
 public:
  Grouping(const torch::Tensor& samples, const GroupingOptions& options, LevelQuantizer& quantizer)
      : samples_(samples),
        options_(options),
        quantizer_(quantizer),
        range_(channel_ranges(samples)) {
    const auto stride = std::max<std::int64_t>(1, samples.size(0) / kCoverageVectors);
    integers_ = samples.slice(0, 0, {}, stride).round().to(torch::kInt64);
  }

  // Adds the group or groups that begin at a channel; returns the next channel.
  std::int64_t add_at(std::int64_t channel, std::int64_t end, std::int64_t slice) {
    const bool fine = quantizer_.layout.has_fine_slot[static_cast<std::size_t>(channel)];
    if (fine && range_[channel].item<double>() > options_.coarse_range) {
      add_two_stages(channel, slice);
      return channel + 1;
    }
    // A channel with a fine slot is a group of its own: slots of a group are consecutive.
    const auto count = fine ? 1 : widest(channel, end);
    add(trained(samples_.slice(1, channel, channel + count), channel), channel, slice);
    return channel + count;
  }

 private:
  static constexpr std::int64_t kCoverageVectors = 25000;

  bool is_vector() const { return options_.quantization == Quantization::kVector; }

  std::int64_t widest(std::int64_t channel, std::int64_t end) const {
    std::int64_t count = 1;
    while (channel + count < end && count < kWidestZeroGroup &&
           !quantizer_.layout.has_fine_slot[static_cast<std::size_t>(channel + count)]) {
      const auto wider = integers_.slice(1, channel, channel + count + 1);
      if (wider.ne(0).any().item<bool>() &&
          (count >= (is_vector() ? kWidestGroup : 1) || !is_covered(wider, options_)))
        break;
      ++count;
    }
    return count;
  }

  void add_two_stages(std::int64_t channel, std::int64_t slice) {
    const auto values = samples_.slice(1, channel, channel + 1);
    add(coarse_group(values.squeeze(1), options_.coarse_step), channel, slice);
    const auto rest = values - (values / options_.coarse_step).round() * options_.coarse_step;
    auto fine = trained(rest, channel);
    fine.stage = Stage::kFine;
    add(std::move(fine), channel, slice);
  }

  Group trained(const torch::Tensor& values, std::int64_t channel) const {
    Group group;
    group.codebook = train_codebook(values.contiguous(),
                                    quantizer_.weights.slice(0, channel, channel + values.size(1)),
                                    {.codewords = options_.codewords,
                                     .price = options_.price,
                                     .iterations = is_vector() ? CodebookOptions{}.iterations : 0});
    group.activations = to_activations(squash(group.codebook.codewords) / kActivationUnit);
    return group;
  }

  void add(Group group, std::int64_t channel, std::int64_t slice) {
    group.first_channel = channel;
    group.dimension = group.codebook.dimension();
    group.slice = slice;
    group.first_slot = quantizer_.layout.slot_of[static_cast<std::size_t>(channel)] +
                       (group.stage == Stage::kFine ? 1 : 0);
    quantizer_.groups.push_back(std::move(group));
  }

  const torch::Tensor& samples_;
  const GroupingOptions& options_;
  LevelQuantizer& quantizer_;
  torch::Tensor range_;
  torch::Tensor integers_;  // (P,C) int64: fewer of the samples, rounded
};

}  // namespace

LevelQuantizer train_level_quantizer(const torch::Tensor& samples, const torch::Tensor& weights,
                                     const LevelLayout& layout, const GroupingOptions& options) {
  LevelQuantizer quantizer{.layout = layout, .groups = {}, .weights = weights};
  Grouping grouping(samples, options, quantizer);
  std::int64_t channel = 0, slice = 0;
  for (const auto count : layout.slice_channels) {
    const auto end = channel + count;
    while (channel < end) channel = grouping.add_at(channel, end, slice);
    ++slice;
  }
  return quantizer;
}

}  // namespace vqcodec::models
