#include <ATen/CPUGeneratorImpl.h>

#include "models/model.h"

namespace vqcodec::models {

Rng make_rng(std::uint64_t seed, std::uint64_t step) {
  // SplitMix64 keeps neighbouring steps apart.
  std::uint64_t x = seed * 0x9E3779B97F4A7C15 + step + 1;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return at::detail::createCPUGenerator(x ^ (x >> 31));
}

namespace {

// A GPU's generator draws no single numbers, but seeds one that does.
std::uint64_t random64(Rng& rng) {
  if (rng.device().is_cpu()) return at::check_generator<at::CPUGeneratorImpl>(rng)->random64();
  const auto options = torch::dtype(torch::kInt64).device(rng.device());
  const auto seed = torch::empty({1}, options).random_(rng).item<std::int64_t>();
  auto own = at::detail::createCPUGenerator(static_cast<std::uint64_t>(seed));
  return at::check_generator<at::CPUGeneratorImpl>(own)->random64();
}

}  // namespace

std::int64_t draw(Rng& rng, std::int64_t bound) {
  return static_cast<std::int64_t>(random64(rng) % static_cast<std::uint64_t>(bound));
}

double draw_uniform(Rng& rng) { return static_cast<double>(random64(rng) >> 11) * 0x1p-53; }

}  // namespace vqcodec::models
