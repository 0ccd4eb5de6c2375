#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <set>

#include "entropy/error.h"
#include "models/inference/block_transform.h"
#include "models/inference/networks.h"
#include "models/inference/residual_network.h"
#include "models/inference/tensor_queue.h"

// OpenMP's, whose threads oneDNN runs on; not every compiler finds its header.
extern "C" void omp_set_num_threads(int);

namespace vqcodec::models {

namespace {

constexpr auto kWidth = static_cast<std::size_t>(kChannels);
using Order = std::vector<std::int64_t>;

ElementType fast_type() {
  return __builtin_cpu_supports("avx512bf16") ? ElementType::bf16 : ElementType::f32;
}

Order read_permutation(TensorQueue& tensors, std::int64_t count) {
  auto order = tensors.integers({count});
  std::vector<bool> seen(order.size());
  for (const auto channel : order) {
    if (channel < 0 || channel >= count || seen[static_cast<std::size_t>(channel)])
      throw Error(ErrorKind::kCorrupt, "networks: an order of ", count, " channels is none");
    seen[static_cast<std::size_t>(channel)] = true;
  }
  return order;
}

class CpuNetworks : public Networks {
 public:
  CpuNetworks(const NetworkFile& file, ElementType compute)
      : CpuNetworks(TensorQueue(file.tensors), file.options, compute) {}

  std::vector<Grid> analyse(const Grid& picture, int quality, std::span<const std::uint8_t> active,
                            int threads) override {
    omp_set_num_threads(threads);  // of this thread's calls
    auto y = multiplied(unshuffled(picture), analysis_matrix_, kChannelCount);
    add_network(y, analysis_, quality, active);
    const float* log_gain = row(log_gain_, quality);
    std::vector<float> steps(kWidth);
    for (std::size_t c = 0; c < kWidth; ++c) steps[c] = deviation_[c] * std::exp(log_gain[c]);
    for (std::size_t i = 0; i < y.values.size(); i += kWidth)
      for (std::size_t c = 0; c < kWidth; ++c) y.values[i + c] *= steps[c];
    const auto pyramid = static_cast<int>(options_.pyramid());
    const auto middle = haar_step(channels_of(y, 0, pyramid));
    const auto coarse = haar_step(channels_of(middle, 0, pyramid));
    return {ordered_channels(coarse, order_[0]),
            ordered_channels(channels_of(middle, pyramid, 3 * pyramid), order_[1]),
            ordered_channels(channels_of(y, pyramid, kChannelCount - pyramid), order_[2])};
  }

  Grid synthesise(const std::vector<Grid>& levels, int quality,
                  std::span<const std::uint8_t> active, int threads) override {
    omp_set_num_threads(threads);
    const auto low = haar_step_back(ordered_channels(levels[0], back_[0]));
    const auto middle = haar_step_back(joined_channels(low, ordered_channels(levels[1], back_[1])));
    auto y = joined_channels(middle, ordered_channels(levels[2], back_[2]));
    const float *log_gain = row(log_gain_, quality), *log_restore = row(log_restore_, quality);
    std::vector<float> scale[2];  // by activity
    for (std::size_t c = 0; c < kWidth; ++c) {
      scale[0].push_back(std::exp(-log_gain[c]) / deviation_[c]);
      scale[1].push_back(std::exp(log_restore[c] - log_gain[c]) / deviation_[c]);
    }
    for (std::size_t i = 0; i < y.places(); ++i) {
      const auto& own = scale[active.empty() || active[i] != 0];
      for (std::size_t c = 0; c < kWidth; ++c) y.values[i * kWidth + c] *= own[c];
    }
    add_network(y, synthesis_, quality, active);
    return shuffled(multiplied(y, synthesis_matrix_, kChannelCount));
  }

  void prepare(int height, int width, int threads) override {
    {
      const std::lock_guard lock(mutex_);
      if (!prepared_.insert({height, width, threads}).second) return;
    }
    omp_set_num_threads(threads);  // Kernels are compiled for so many.
    synthesis_.compile(height, width, compute_);
  }

 private:
  static constexpr int kChannelCount = static_cast<int>(kChannels);

  CpuNetworks(TensorQueue tensors, const CodecOptions& options, ElementType compute)
      : options_(options),
        compute_(compute),
        log_gain_(tensors.floats({options.qualities(), kChannels})),
        log_restore_(tensors.floats({options.qualities(), kChannels})),
        analysis_(tensors, options),
        synthesis_(tensors, options) {
    synthesis_matrix_ = tensors.floats({kChannels, kChannels});
    analysis_matrix_ = transposed(synthesis_matrix_, kWidth);
    deviation_ = tensors.floats({1, kChannels, 1, 1});
    for (std::size_t i = 0; i < kWidth; ++i)
      for (std::size_t j = 0; j < kWidth; ++j) {
        analysis_matrix_[i * kWidth + j] /= deviation_[j];
        synthesis_matrix_[i * kWidth + j] *= deviation_[i];
      }
    for (std::int64_t level = 0; level < kLevels; ++level) {
      order_.push_back(read_permutation(tensors, options.level_channels(level)));
      back_.push_back(read_permutation(tensors, options.level_channels(level)));
    }
  }

  static const float* row(const std::vector<float>& table, int quality) {
    return table.data() + static_cast<std::size_t>(quality) * kWidth;
  }

  // Inactive places give the network zeros and take nothing of it.
  void add_network(Grid& y, const ResidualNetwork& network, int quality,
                   std::span<const std::uint8_t> active) const {
    if (!active.empty() && std::ranges::none_of(active, [](auto flag) { return flag != 0; }))
      return;
    auto input = y;
    for (std::size_t i = 0; i < active.size(); ++i)
      if (active[i] == 0)
        std::fill_n(input.values.begin() + static_cast<std::ptrdiff_t>(i * kWidth), kWidth, 0.0f);
    const auto output = network.run(input, quality, compute_);
    for (std::size_t i = 0; i < y.places(); ++i) {
      if (!active.empty() && active[i] == 0) continue;
      for (std::size_t c = i * kWidth; c < (i + 1) * kWidth; ++c)
        y.values[c] += static_cast<float>(kNetworkScale) * output.values[c];
    }
  }

  CodecOptions options_;
  ElementType compute_;
  std::vector<float> log_gain_, log_restore_;  // (qualities, kChannels)
  ResidualNetwork analysis_, synthesis_;
  // Color rotation and DCT with the channels' deviations, samples to channels and back.
  std::vector<float> analysis_matrix_, synthesis_matrix_;
  std::vector<float> deviation_;     // (kChannels)
  std::vector<Order> order_, back_;  // [level]
  std::mutex mutex_;
  std::set<std::array<int, 3>> prepared_;  // height, width, threads
};

}  // namespace

std::unique_ptr<Networks> make_cpu_networks(const NetworkFile& file, Precision precision) {
  return std::make_unique<CpuNetworks>(
      file, precision == Precision::kFast ? fast_type() : ElementType::f32);
}

}  // namespace vqcodec::models
