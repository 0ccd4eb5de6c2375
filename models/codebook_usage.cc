#include "models/codebook_usage.h"

#include <algorithm>
#include <limits>

namespace vqcodec::models {

namespace {

constexpr double kCollapsedPerplexity = 1.2;  // of the coarsest level

}  // namespace

double perplexity_of(const torch::Tensor& counts) {
  const auto share = counts.to(torch::kFloat64) / counts.sum();
  return (-torch::xlogy(share, share).sum()).exp().item<double>();
}

CodebookUsage::CodebookUsage(const LevelQuantizer& quantizer) {
  for (const auto& group : quantizer.groups)
    counts_.push_back(torch::zeros({group.codebook.size()}, torch::kInt64));
}

void CodebookUsage::add(const torch::Tensor& codes) {
  const auto here = codes.to(torch::kCPU);
  for (std::size_t g = 0; g < counts_.size(); ++g)
    counts_[g] += torch::bincount(here.select(1, static_cast<std::int64_t>(g)).flatten(), {},
                                  counts_[g].numel());
}

UsageFigures CodebookUsage::figures() const {
  double used = 0, words = 0, groups = 0, sum = 0;
  double least = std::numeric_limits<double>::infinity();
  for (const auto& count : counts_) {
    if (count.numel() < 2) continue;
    const auto perplexity = perplexity_of(count);
    used += count.gt(0).sum().item<double>();
    words += static_cast<double>(count.numel());
    sum += perplexity;
    least = std::min(least, perplexity);
    ++groups;
  }
  if (groups == 0) return {};
  return {.used = used / words, .perplexity = sum / groups, .least_perplexity = least};
}

void append_usage(std::size_t level, const UsageFigures& usage, Health& health) {
  const auto name = "level" + std::to_string(level);
  health.values.emplace_back(name + "_used", usage.used);
  health.values.emplace_back(name + "_perplexity", usage.perplexity);
  if (level == 0 && usage.perplexity < kCollapsedPerplexity) health.collapsed = true;
}

double point_perplexity(const torch::Tensor& points) {
  const auto channels = points.transpose(0, 1).flatten(1).round();
  double sum = 0;
  for (std::int64_t c = 0; c < channels.size(0); ++c)
    sum += perplexity_of(std::get<2>(torch::_unique2(channels[c], true, false, true)));
  return sum / static_cast<double>(channels.size(0));
}

}  // namespace vqcodec::models
