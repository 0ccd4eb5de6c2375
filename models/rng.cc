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

std::int64_t draw(Rng& rng, std::int64_t bound) {
  const auto value = at::check_generator<at::CPUGeneratorImpl>(rng)->random64();
  return static_cast<std::int64_t>(value % static_cast<std::uint64_t>(bound));
}

double draw_uniform(Rng& rng) {
  const auto value = at::check_generator<at::CPUGeneratorImpl>(rng)->random64();
  return static_cast<double>(value >> 11) * 0x1p-53;
}

}  // namespace vqcodec::models
