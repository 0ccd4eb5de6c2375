#include "models/inference/rate_constrained_source.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace vqcodec::models {

RateConstrainedSource::RateConstrainedSource(const std::vector<GroupTable>& groups,
                                             const Grid& latents, double price)
    : groups_(groups),
      channels_(latents.channels),
      price_(static_cast<float>(price / entropy::kLengthOne)),
      rest_(latents.values) {
  int largest = 0;
  for (const auto& group : groups) largest = std::max(largest, group.codewords);
  distance_.resize(static_cast<std::size_t>(largest));
  reach_.resize(static_cast<std::size_t>(largest));
}

entropy::Choice RateConstrainedSource::choose(int position, int g,
                                              std::span<const std::uint32_t> lengths) {
  require_fit(static_cast<std::size_t>(g) < groups_.size());
  const auto& group = groups_[static_cast<std::size_t>(g)];
  const auto count = static_cast<std::size_t>(group.codewords);
  require_fit(lengths.size() > count);
  float* target =
      rest_.data() + static_cast<std::ptrdiff_t>(position) * channels_ + group.first_channel;
  const float price = group.stage == Stage::kCoarse ? 0 : price_;
  for (std::size_t k = 0; k < count; ++k) distance_[k] = price * static_cast<float>(lengths[k]);
  std::fill_n(reach_.begin(), count, 0.0f);
  for (int d = 0; d < group.dimension; ++d) {
    const float x = target[d], weight = group.weights[static_cast<std::size_t>(d)];
    const float* words = group.words.data() + static_cast<std::size_t>(d) * count;
    for (std::size_t k = 0; k < count; ++k) {
      const float difference = x - words[k];
      distance_[k] += weight * difference * difference;
      reach_[k] = std::max(reach_[k], std::abs(difference));
    }
  }
  float best = std::numeric_limits<float>::infinity();
  entropy::Choice choice{.code = -1};
  for (std::size_t k = 0; k < count; ++k)
    if (reach_[k] <= group.reach && distance_[k] < best) {
      best = distance_[k];
      choice.code = static_cast<int>(k);
    }
  const float limit = choice.code < 0 ? std::numeric_limits<float>::infinity() : best;
  // What a coarse codeword leaves is no distortion: the fine stage codes it.
  if (group.stage != Stage::kCoarse || choice.code < 0)
    if (const auto other = escape(group, target, lengths[count]); other.cost < limit)
      choice = other.choice;
  if (group.stage == Stage::kCoarse)
    *target -= group.words[static_cast<std::size_t>(choice.code)] +
               static_cast<float>(choice.remainder[0]);
  return choice;
}

entropy::Choice RateConstrainedSource::choose_plain(int position, int g, int codeword) {
  // Rounds towards zero a little: what is small is cheap.
  constexpr float kRounding = 0.42f;
  require_fit(static_cast<std::size_t>(g) < groups_.size() &&
              codeword < groups_[static_cast<std::size_t>(g)].codewords);
  const auto& group = groups_[static_cast<std::size_t>(g)];
  const auto count = static_cast<std::size_t>(group.codewords);
  float* target =
      rest_.data() + static_cast<std::ptrdiff_t>(position) * channels_ + group.first_channel;
  entropy::Choice choice{.code = codeword};
  for (int d = 0; d < group.dimension; ++d) {
    const auto i = static_cast<std::size_t>(d);
    const float rest = target[d] - group.words[i * count + static_cast<std::size_t>(codeword)];
    const auto size = static_cast<std::int32_t>(std::abs(rest) + kRounding);
    choice.remainder[i] = rest < 0 ? -size : size;
    choice.escaped = choice.escaped || size != 0;
  }
  if (group.stage == Stage::kCoarse)
    *target -=
        group.words[static_cast<std::size_t>(codeword)] + static_cast<float>(choice.remainder[0]);
  return choice;
}

RateConstrainedSource::Escape RateConstrainedSource::escape(const GroupTable& group,
                                                            const float* target,
                                                            std::uint32_t leaf_length) const {
  const auto count = static_cast<std::size_t>(group.codewords);
  const auto nearest =
      std::min_element(reach_.begin(), reach_.begin() + static_cast<std::ptrdiff_t>(count));
  Escape result{.choice = {.code = static_cast<int>(nearest - reach_.begin()), .escaped = true}};
  int bits = static_cast<int>(std::bit_width(static_cast<unsigned>(count - 1)));
  for (int d = 0; d < group.dimension; ++d) {
    const auto i = static_cast<std::size_t>(d);
    const float rest =
        target[d] - group.words[i * count + static_cast<std::size_t>(result.choice.code)];
    const auto remainder = static_cast<std::int32_t>(std::lround(rest));
    result.choice.remainder[i] = remainder;
    result.cost += group.weights[i] * (rest - static_cast<float>(remainder)) *
                   (rest - static_cast<float>(remainder));
    // About what Exp-Golomb takes.
    bits += remainder == 0 ? 1 : 2 * std::bit_width(static_cast<unsigned>(std::abs(remainder))) + 1;
  }
  result.cost +=
      price_ * (static_cast<float>(leaf_length) + static_cast<float>(bits * entropy::kLengthOne));
  return result;
}

}  // namespace vqcodec::models
