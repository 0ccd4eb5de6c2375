#include "models/generative/code_map_coder.h"

#include <algorithm>
#include <cmath>

#include "entropy/range_coder.h"

namespace vqcodec::models {

namespace {

using entropy::Probability;

// The half of first..last-1 that a code lies in, then the half of that: decisions of which each has
// the probability that the sums of the PMF give it.
class Halving {
 public:
  explicit Halving(const torch::Tensor& log_pmf)  // (K)
      : sums_(torch::cat(
            {torch::zeros({1}, torch::kFloat64), log_pmf.to(torch::kFloat64).exp().cumsum(0)})) {}

  // decide(p): the decision, of which `true` has probability p.
  template <typename Decide>
  std::int64_t code(const Decide& decide) const {
    const auto sums = sums_.accessor<double, 1>();
    std::int64_t first = 0, last = sums_.size(0) - 1;
    while (last - first > 1) {
      const auto middle = (first + last) / 2;
      const auto all = sums[last] - sums[first], upper = sums[last] - sums[middle];
      const auto one = all > 0 ? upper / all : 0.5;
      const auto units = std::lround(one * (1 << entropy::kProbabilityBits));
      const bool decision =
          decide(static_cast<Probability>(std::clamp<long>(units, 1, 65535)), middle);
      (decision ? first : last) = middle;
    }
    return first;
  }

 private:
  torch::Tensor sums_;  // (K+1)
};

// Walks all places of n maps; at each, code_at(pmf, example, y, x) says or learns the code.
template <typename CodeAt>
torch::Tensor walk(PixelCnn& prior, std::int64_t n, const torch::Tensor& labels,
                   const torch::Tensor& map, const CodeAt& code_at) {
  const auto codewords = prior.output().levels;
  const auto levels = prior.chosen(
      n, labels, map,
      [&](const torch::Tensor& outputs, std::int64_t y, std::int64_t x, std::int64_t /*c*/) {
        const auto log_pmf = outputs.flatten(1).log_softmax(1);  // (N,K)
        auto codes = torch::empty({n, 1, 1}, torch::kInt64);
        for (std::int64_t i = 0; i < n; ++i) codes[i] = code_at(Halving(log_pmf[i]), i, y, x);
        return levels_of_codes(codes, codewords).to(outputs.scalar_type());
      });
  return codes_of_levels(levels, codewords);
}

}  // namespace

torch::Tensor levels_of_codes(const torch::Tensor& codes, std::int64_t codewords) {
  return codes.unsqueeze(1).to(torch::kFloat32) / static_cast<double>(codewords - 1);
}

torch::Tensor codes_of_levels(const torch::Tensor& levels, std::int64_t codewords) {
  return (levels.squeeze(1) * static_cast<double>(codewords - 1)).round().to(torch::kInt64);
}

std::vector<std::uint8_t> encode_codes(PixelCnn& prior, const torch::Tensor& codes,
                                       const torch::Tensor& labels, const torch::Tensor& map) {
  entropy::RangeEncoder encoder;
  const auto known = codes.accessor<std::int64_t, 3>();
  walk(prior, codes.size(0), labels, map,
       [&](const Halving& halving, std::int64_t i, std::int64_t y, std::int64_t x) {
         return halving.code([&](Probability one, std::int64_t middle) {
           const bool decision = known[i][y][x] >= middle;
           encoder.encode(decision, one);
           return decision;
         });
       });
  return encoder.finish();
}

torch::Tensor decode_codes(PixelCnn& prior, std::span<const std::uint8_t> bytes, std::int64_t n,
                           const torch::Tensor& labels, const torch::Tensor& map) {
  entropy::RangeDecoder decoder(bytes);
  return walk(
      prior, n, labels, map,
      [&](const Halving& halving, std::int64_t /*i*/, std::int64_t /*y*/, std::int64_t /*x*/) {
        return halving.code(
            [&](Probability one, std::int64_t /*middle*/) { return decoder.decode(one); });
      });
}

}  // namespace vqcodec::models
