// tests/benchmark/sampling_benchmark.cc: how much faster autoregressive models draw with what
// earlier pixels left in every layer than by a whole pass for every pixel.
//
// Usage: sampling_benchmark [pictures [model]], 16 pictures of all models by default. 28x28 pixels,
// options as `train` has them, one thread, processor time. Both ways draw the same pictures.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>

#include "models/generative/pixelcnn.h"
#include "models/generative/wavenet.h"

namespace vqcodec::models {
namespace {

constexpr PictureShape kShape{1, 28, 28};

double seconds(const std::function<torch::Tensor(Rng&)>& draw) {
  auto rng = make_rng(1, 0);
  const std::clock_t start = std::clock();
  draw(rng);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

void compare(const char* name, const std::function<torch::Tensor(Rng&)>& cached,
             const std::function<torch::Tensor(Rng&)>& whole) {
  seconds(cached);  // to warm up
  const double fast = seconds(cached), slow = seconds(whole);
  std::printf("%-12s cached %7.3f s, whole passes %8.3f s, %5.1f times as long\n", name, fast, slow,
              slow / fast);
}

void measure(std::int64_t pictures, const std::string& wanted) {
  for (const std::int64_t attention_every : {0, 3}) {
    const auto* name = attention_every == 0 ? "pixelcnn" : "pixel-snail";
    if (!wanted.empty() && wanted != name) continue;
    PixelCnn model({.attention_every = attention_every}, kShape);
    compare(
        name, [&](Rng& rng) { return model.sample(pictures, {}, rng); },
        [&](Rng& rng) { return model.sample_slowly(pictures, {}, rng); });
  }
  if (!wanted.empty() && wanted != "wavenet") return;
  WaveNet model({}, kShape);
  compare(
      "wavenet", [&](Rng& rng) { return model.sample(pictures, {}, rng); },
      [&](Rng& rng) { return model.sample_slowly(pictures, rng); });
}

}  // namespace
}  // namespace vqcodec::models

int main(int argc, char** argv) {
  torch::set_num_threads(1);
  torch::manual_seed(1);
  vqcodec::models::measure(argc > 1 ? std::atoll(argv[1]) : 16, argc > 2 ? argv[2] : "");
  return 0;
}
