#include "models/prior_report.h"

#include <cmath>

#include "codec/compression.h"
#include "entropy/slice_coder.h"
#include "models/quantized_codec.h"

namespace vqcodec::models {

namespace {

constexpr int kZstdLevel = 19;

entropy::CodeMap to_code_map(const torch::Tensor& codes) {  // (1,G,H,W)
  entropy::CodeMap map{.height = static_cast<int>(codes.size(2)),
                       .width = static_cast<int>(codes.size(3)),
                       .groups = static_cast<int>(codes.size(1)),
                       .codes = {},
                       .escapes = {}};
  const auto flat = codes[0].permute({1, 2, 0}).contiguous();  // (H,W,G)
  const auto* first = flat.data_ptr<std::int64_t>();
  map.codes.assign(first, first + flat.numel());
  return map;
}

double zstd_bits(const entropy::CodeMap& map, const LevelQuantizer& quantizer) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < map.codes.size(); ++i) {
    const auto& group = quantizer.groups[i % quantizer.groups.size()];
    bytes.push_back(static_cast<std::uint8_t>(map.codes[i]));
    if (group.codebook.size() > 256) bytes.push_back(static_cast<std::uint8_t>(map.codes[i] >> 8));
  }
  return 8.0 * static_cast<double>(codec::zstd_compress(bytes, kZstdLevel).size());
}

// Fixed lengths and static tables.
LevelBits measure_static(const torch::Tensor& codes, const LevelQuantizer& quantizer) {
  LevelBits bits{.order0 = quantizer.order0_bits(codes)};
  for (std::size_t g = 0; g < quantizer.groups.size(); ++g) {
    const auto& book = quantizer.groups[g].codebook;
    const auto code = codes.select(1, static_cast<std::int64_t>(g)).flatten();
    const auto count = static_cast<double>(code.numel());
    bits.codes += count;
    bits.fixed_length += count * std::ceil(std::log2(static_cast<double>(book.size())));
  }
  return bits;
}

}  // namespace

LevelBits& LevelBits::operator+=(const LevelBits& other) {
  codes += other.codes;
  fixed_length += other.fixed_length;
  zstd += other.zstd;
  order0 += other.order0;
  float_prior += other.float_prior;
  integer_prior += other.integer_prior;
  return *this;
}

std::vector<LevelBits> measure_prior(CodeMapPrior& prior, const entropy::IntegerPixelCnn& integers,
                                     const torch::Tensor& picture, std::int64_t quality) {
  torch::NoGradGuard no_grad;
  const entropy::SliceCoder coder(integers);
  const auto coded = prior.encode(picture, quality);
  std::vector<LevelBits> levels;
  std::vector<entropy::CodeMap> maps;
  for (std::size_t l = 0; l < coded.codes.size(); ++l) {
    auto& network = prior.levels()[l];
    const auto& quantizer = network->quantizer(quality);
    auto bits = measure_static(coded.codes[l], quantizer);
    bits.float_prior = network
                           ->bits(coded.slots[l], coarser_slots(coded.slots, l), coded.codes[l],
                                  quality, torch::kFloat32)
                           .sum(torch::kFloat64)
                           .item<double>();
    const auto map = to_code_map(coded.codes[l]);
    bits.zstd = zstd_bits(map, quantizer);
    entropy::CodeMapSource source(map);
    const auto slice = coder.encode(static_cast<int>(quality), static_cast<int>(l), map.height,
                                    map.width, maps, source);
    for (const auto length : slice.statistics.code_length)
      bits.integer_prior += static_cast<double>(length) / entropy::kLengthOne;
    maps.push_back(map);
    levels.push_back(bits);
  }
  return levels;
}

}  // namespace vqcodec::models
