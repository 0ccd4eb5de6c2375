// tests/benchmark/prior_benchmark.cc: how fast slices of a realistic shape are coded, one thread.
//
// Usage: prior_benchmark [portable|avx2|avx512]. The levels of a 768x512 picture (strides 32, 16,
// 8) with a random prior, whose trees are skewed so that about as many decisions are made as in
// photographs. Median of several runs, after one to warm up.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <vector>

#include "entropy/range_coder.h"
#include "entropy/slice_coder.h"
#include "tests/entropy/random_prior.h"

namespace vqcodec::entropy {
namespace {

constexpr int kRuns = 7;

double median_seconds(const std::function<void()>& action) {
  action();
  std::vector<double> times;
  for (int run = 0; run < kRuns; ++run) {
    const auto start = std::chrono::steady_clock::now();
    action();
    times.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + kRuns / 2, times.end());
  return times[kRuns / 2];
}

// Draws each code by its own probability, as real codes are distributed.
class DrawingSource : public CodeSource {
 public:
  explicit DrawingSource(std::uint64_t seed) : random_(seed) {}
  bool weighs_lengths() const override { return true; }
  Choice choose(int, int, std::span<const std::uint32_t> lengths) override {
    double left = static_cast<double>(random_() >> 11) * 0x1p-53;
    Choice choice;
    for (std::size_t k = 0; k + 1 < lengths.size(); ++k) {
      choice.code = static_cast<int>(k);
      left -= std::exp2(-static_cast<double>(lengths[k]) / kLengthOne);
      if (left < 0) break;
    }
    return choice;
  }

 private:
  std::mt19937_64 random_;
};

// Multiply-adds of one position, as the equations have them.
double products(const LevelPrior& level) {
  const double slots = level.slots, hidden = level.hidden, features = level.features;
  const auto slices = static_cast<double>(level.slice_slots.size());
  return hidden * (kNearTaps * slots + kAboveTaps * level.coarser + kMixTaps * hidden) +
         features * slices * (hidden + slots / 2);
}

void measure_range_coder() {
  constexpr int kDecisions = 1 << 20;
  for (const Probability one : {Probability{300}, Probability{32768}}) {
    std::mt19937_64 random(1);
    RangeEncoder encoder;
    for (int i = 0; i < kDecisions; ++i) encoder.encode((random() & 0xFFFF) < one, one);
    const auto bytes = encoder.finish();
    int ones = 0;
    const double seconds = median_seconds([&] {
      RangeDecoder decoder(bytes);
      for (int i = 0; i < kDecisions; ++i) ones += decoder.decode(one) ? 1 : 0;
    });
    std::printf("range decoder, p = %5.3f: %5.2f ns a decision (%d)\n", one / 65536.0,
                seconds / kDecisions * 1e9, ones);
  }
}

void measure(Isa isa) {
  RandomPriorOptions options;
  options.slots = {64, 56, 180};
  options.slice_slots = 23;
  options.hidden = 192;
  options.features = 128;
  options.qualities = 1;
  options.max_dimension = 7;
  options.max_codewords = 128;
  options.largest_weight = 20;
  options.root_bias = -400;
  options.leaves_gaps = false;
  const IntegerPixelCnn prior = random_prior(options);
  std::printf("%s: packing %.2f ms\n", name(isa),
              median_seconds([&] { const SliceCoder coder(prior, isa); }) * 1e3);
  const SliceCoder coder(prior, isa);
  std::vector<CodeMap> maps;
  double all_encoding = 0, all_decoding = 0;
  for (int level = 0; level < 3; ++level) {
    const int height = 16 << level, width = 24 << level;
    EncodedSlice slice;
    const double drawing = median_seconds([&] {
      DrawingSource source(7);
      slice = coder.encode(0, level, height, width, maps, source);
    });
    const double encoding = median_seconds([&] {
      CodeMapSource source(slice.map);
      coder.encode(0, level, height, width, maps, source);
    });
    const double decoding =
        median_seconds([&] { coder.decode(0, level, height, width, maps, slice.bytes); });
    const double work =
        products(prior.levels[static_cast<std::size_t>(level)]) * slice.map.positions();
    std::printf(
        "level %d: %4d x %3d, %2d groups, %7zu bytes: encode %6.2f ms (choosing by length %7.2f), "
        "decode %6.2f ms, %5.2f G products, %5.1f G/s\n",
        level, height, width, slice.map.groups, slice.bytes.size(), encoding * 1e3, drawing * 1e3,
        decoding * 1e3, work * 1e-9, work / decoding * 1e-9);
    all_encoding += encoding;
    all_decoding += decoding;
    maps.push_back(slice.map);
  }
  std::printf("%s, picture of 768x512: encode %.1f ms, decode %.1f ms\n", name(isa),
              all_encoding * 1e3, all_decoding * 1e3);
}

}  // namespace
}  // namespace vqcodec::entropy

int main(int argc, char** argv) {
  using vqcodec::entropy::Isa;
  vqcodec::entropy::measure_range_coder();
  for (const Isa isa : {Isa::kPortable, Isa::kAvx2, Isa::kAvx512}) {
    const bool is_wanted = argc < 2 || std::strcmp(argv[1], vqcodec::entropy::name(isa)) == 0;
    if (is_wanted && vqcodec::entropy::is_supported(isa)) vqcodec::entropy::measure(isa);
  }
  return 0;
}
