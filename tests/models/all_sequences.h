// tests/models/all_sequences.h: all short sequences, and whether draws of them are as frequent as
// they should be.
#pragma once

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "models/generative/sequences.h"

namespace vqcodec::models {

inline constexpr int kEnd = static_cast<int>(kNone);  // among other ints of a list

// (K^T,T) int64, in the order of numbers to the base K.
inline torch::Tensor all_sequences(std::int64_t alphabet, std::int64_t length) {
  const std::vector<torch::Tensor> places(static_cast<std::size_t>(length),
                                          torch::arange(alphabet));
  return torch::cartesian_prod(places).view({-1, length});
}

// Those of 0 to T symbols, (N,T), kNone behind.
inline torch::Tensor all_sequences_up_to(std::int64_t alphabet, std::int64_t length) {
  std::vector<torch::Tensor> all = {torch::full({1, length}, kNone, torch::kInt64)};
  for (std::int64_t l = 1; l <= length; ++l)
    all.push_back(torch::constant_pad_nd(all_sequences(alphabet, l), {0, length - l}, kNone));
  return torch::cat(all);
}

// Chi-square of draws' numbers against probabilities, cells of fewer than 5 taken together.
inline void expect_frequencies(const torch::Tensor& numbers, const torch::Tensor& probabilities) {
  const auto draws = static_cast<double>(numbers.numel());
  const auto expected = (draws * probabilities).to(torch::kFloat64);
  const auto counts = torch::bincount(numbers, {}, expected.numel()).to(torch::kFloat64);
  const auto is_common = expected >= 5;
  const auto cells = [&](const torch::Tensor& x) {
    const auto rare = x.masked_select(is_common.logical_not()).sum().view({1});
    return torch::cat({x.masked_select(is_common), rare});
  };
  const auto e = cells(expected), c = cells(counts);
  const auto chi_square = ((c - e).square() / e.clamp_min(1e-3)).sum().item<double>();
  const auto freedom = static_cast<double>(e.numel() - 1);
  EXPECT_LT(chi_square, freedom + 5 * std::sqrt(2 * freedom));
  EXPECT_GT(freedom, 0);
}

}  // namespace vqcodec::models
