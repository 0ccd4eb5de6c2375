#include "models/group_quantizer.h"

#include <algorithm>

#include "models/context_model.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kWidestGroup = 8;
constexpr std::int64_t kWidestZeroGroup = 16;
constexpr double kZeroBits = 0.02;  // groups below that share one near-certain codeword
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
  LevelLayout layout{.channels = static_cast<std::int64_t>(has_fine_slot.size()), .slot_of = {},
                     .has_fine_slot = has_fine_slot, .slice_channels = slice_channels};
  std::int64_t slot = 0;
  for (const bool fine : has_fine_slot) {
    layout.slot_of.push_back(slot);
    slot += fine ? 2 : 1;
  }
  return layout;
}

Quantized LevelQuantizer::quantize(const torch::Tensor& latents, double price) const {
  const auto n = latents.size(0), h = latents.size(2), w = latents.size(3);
  const auto vectors = latents.permute({0, 2, 3, 1}).reshape({-1, layout.channels});  // (P,C)
  auto values = torch::zeros_like(vectors);
  std::vector<torch::Tensor> codes, leaves;
  for (const auto& group : groups) {
    const auto first = group.first_channel, last = first + group.dimension;
    auto target = vectors.slice(1, first, last);
    auto value = values.slice(1, first, last);
    if (group.stage == Stage::kFine) target = target - value;
    const auto code = assign(target.contiguous(), group.codebook, weights.slice(0, first, last),
                             group.stage == Stage::kCoarse ? 0 : price);
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

torch::Tensor LevelQuantizer::slots(const torch::Tensor& codes) const {
  const auto n = codes.size(0), h = codes.size(2), w = codes.size(3);
  auto seen = torch::zeros({n, h, w, layout.slots()});
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto& group = groups[g];
    const auto rows = group.activations.to(torch::kFloat32)
                          .index_select(0, codes.select(1, static_cast<std::int64_t>(g)).flatten());
    seen.slice(3, group.first_slot, group.first_slot + group.dimension)
        .copy_(rows.view({n, h, w, -1}));
  }
  return seen.permute({0, 3, 1, 2}) * kActivationUnit;
}

std::vector<double> channel_entropies(const torch::Tensor& samples) {
  std::vector<double> entropies;
  for (std::int64_t c = 0; c < samples.size(1); ++c) {
    const auto counts = std::get<2>(torch::_unique2(samples.select(1, c).round(), true, false, true));
    const auto share = counts.to(torch::kFloat64) / static_cast<double>(samples.size(0));
    entropies.push_back(-(share * share.log2()).sum().item<double>());
  }
  return entropies;
}

torch::Tensor channel_ranges(const torch::Tensor& samples) {
  const auto rank = std::max<std::int64_t>(1, samples.size(0) - samples.size(0) / 1000);
  return std::get<0>(samples.abs().kthvalue(rank, 0));
}

LevelQuantizer train_level_quantizer(const torch::Tensor& latents, const torch::Tensor& weights,
                                     const LevelLayout& layout, const GroupingOptions& options) {
  LevelQuantizer quantizer{.layout = layout, .groups = {}, .weights = weights};
  const auto entropy = channel_entropies(latents);
  const auto range = channel_ranges(latents);
  const auto add = [&](Group group, std::int64_t first, std::int64_t count, std::int64_t slice) {
    group.first_channel = first;
    group.dimension = count;
    group.slice = slice;
    group.first_slot = layout.slot_of[static_cast<std::size_t>(first)] +
                       (group.stage == Stage::kFine ? 1 : 0);
    quantizer.groups.push_back(std::move(group));
  };
  const auto trained = [&](const torch::Tensor& samples, std::int64_t first, std::int64_t count) {
    Group group;
    group.codebook = train_codebook(samples.contiguous(), weights.slice(0, first, first + count),
                                    {.codewords = options.codewords, .price = options.price});
    group.activations = to_activations(squash(group.codebook.codewords) / kActivationUnit);
    return group;
  };
  std::int64_t channel = 0;
  for (std::size_t s = 0; s < layout.slice_channels.size(); ++s) {
    const auto slice = static_cast<std::int64_t>(s);
    const auto end = channel + layout.slice_channels[s];
    while (channel < end) {
      const auto i = static_cast<std::size_t>(channel);
      if (layout.has_fine_slot[i] && range[channel].item<double>() > options.coarse_range) {
        const auto samples = latents.slice(1, channel, channel + 1);
        auto coarse = coarse_group(samples.squeeze(1), options.coarse_step);
        const auto rest = samples - (samples / options.coarse_step).round() * options.coarse_step;
        add(std::move(coarse), channel, 1, slice);
        auto fine = trained(rest, channel, 1);
        fine.stage = Stage::kFine;
        add(std::move(fine), channel, 1, slice);
        ++channel;
        continue;
      }
      std::int64_t count = 1;
      double bits = entropy[i];
      // A channel with a fine slot is a group of its own: slots of a group are consecutive.
      while (!layout.has_fine_slot[i] && channel + count < end) {
        const auto next = static_cast<std::size_t>(channel + count);
        const double sum = bits + entropy[next];
        if (layout.has_fine_slot[next] || sum > options.bits ||
            count >= (sum < kZeroBits ? kWidestZeroGroup : kWidestGroup))
          break;
        bits = sum;
        ++count;
      }
      add(trained(latents.slice(1, channel, channel + count), channel, count), channel, count, slice);
      channel += count;
    }
  }
  return quantizer;
}

}  // namespace vqcodec::models
