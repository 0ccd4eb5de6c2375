// tests/benchmark/prior_benchmark.cc: how fast slices of a realistic shape are coded, one thread.
//
// Usage: prior_benchmark [portable|avx2|avx512]. The levels of a 768x512 picture (strides 32, 16,
// 8) with a random prior, whose trees are skewed so that about as many decisions are made as in
// photographs. Median of several runs, after one to warm up.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <vector>

#include "entropy/context.h"
#include "entropy/range_coder.h"
#include "entropy/slice_coder.h"
#include "tests/entropy/random_prior.h"

namespace vqcodec::entropy {
namespace {

constexpr int kRuns = 7;

// Processor time, so that a busy machine disturbs less.
double median_seconds(const std::function<void()>& action) {
  action();
  std::vector<double> times;
  for (int run = 0; run < kRuns; ++run) {
    const std::clock_t start = std::clock();
    action();
    times.push_back(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
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
  Choice choose_plain(int, int, int codeword) override { return {.code = codeword}; }

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

void add_all(Context& context, const IntegerPixelCnn& prior, int level,
             std::span<const CodeMap> coarser) {
  for (int j = 0; j < level; ++j) {
    const auto index = static_cast<std::size_t>(j);
    context.add_coarser(j, level - j, coarser[index].width,
                        slots_of(coarser[index], prior.levels[index].qualities[0],
                                 round_up(prior.levels[index].slots, kQuad)));
  }
}

// The walk without decisions: all codes are known.
void pass_contexts(Context& context, const QualityPrior& quality, const CodeMap& map) {
  const Wavefronts wavefronts(map.height, map.width);
  for (int t = 0; t < wavefronts.count(); ++t) {
    const Wavefront wavefront = wavefronts[t];
    if (wavefront.count == 0) continue;
    context.begin(wavefront);
    int slice = -1;
    for (int g = 0; g < map.groups; ++g) {
      const int next = quality.groups[static_cast<std::size_t>(g)].slice;
      if (next == slice) {
        context.absorb(g - 1);
      } else {
        context.begin_slice(next);
      }
      slice = next;
      context.activate(g);
      for (int m = 0; m < wavefront.count; ++m) {
        const int position = (wavefront.y + m) * map.width + wavefront.x - kWavefrontSlope * m;
        context.set(m, g, map.codes[map.index(position, g)]);
      }
    }
  }
}

// The stages of decoding a slice, in milliseconds.
struct Stages {
  double coarser;   // what the coarser levels give, in bulk
  double contexts;  // the layers, wavefront by wavefront
};

Stages measure_stages(const IntegerPixelCnn& prior, Isa isa, int level, const CodeMap& map,
                      std::span<const CodeMap> coarser) {
  const LevelPrior& level_prior = prior.levels[static_cast<std::size_t>(level)];
  const PackedLevel packed(prior, level);
  const double above = median_seconds([&] {
    Context context(level_prior, packed, level_prior.qualities[0], kernels(isa), map.height,
                    map.width);
    add_all(context, prior, level, coarser);
  });
  const double all = median_seconds([&] {
    Context context(level_prior, packed, level_prior.qualities[0], kernels(isa), map.height,
                    map.width);
    add_all(context, prior, level, coarser);
    pass_contexts(context, level_prior.qualities[0], map);
  });
  return {above * 1e3, (all - above) * 1e3};
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
  options.root_bias = -1800;
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
    const Stages stages = measure_stages(prior, isa, level, slice.map, maps);
    std::printf(
        "level %d: %4d x %3d, %2d groups, %7zu bytes: encode %6.2f ms (choosing by length %7.2f), "
        "decode %6.2f ms, %5.2f G products, %5.1f G/s\n"
        "         of it coarser levels %5.2f, contexts %6.2f, decisions %6.2f\n",
        level, height, width, slice.map.groups, slice.bytes.size(), encoding * 1e3, drawing * 1e3,
        decoding * 1e3, work * 1e-9, work / decoding * 1e-9, stages.coarser, stages.contexts,
        decoding * 1e3 - stages.coarser - stages.contexts);
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
