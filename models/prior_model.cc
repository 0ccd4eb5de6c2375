#include "models/prior_model.h"

#include <cmath>

#include "models/codec_model.h"

namespace vqcodec::models {

PriorModel::PriorModel(QuantizedCodec& codec, double price_factor)
    : CodeMapPrior(codec.quantizers), codec_(codec), price_factor_(price_factor) {}

CodeMapPrior::Coded PriorModel::encode(const torch::Tensor& images, std::int64_t quality) {
  torch::NoGradGuard no_grad;
  const auto q = torch::full({images.size(0)}, quality, images.options().dtype(torch::kInt64));
  const auto latents = codec_.networks->analyse(pad_to_stride(images), q);
  const auto price = codec_.price(quality);
  Coded coded;
  for (std::size_t l = 0; l < latents.size(); ++l) {
    const auto& level = quantizer(l, quality);
    auto quantized = level.quantize(latents[l], price * price_factor_);
    if (conditional_) {
      coded.slots.push_back(level.slots(quantized.codes));
      const auto lengths =
          levels()[l]->lengths(coded.slots[l], coarser_slots(coded.slots, l), quality, compute());
      coded.slots.pop_back();
      quantized = level.quantize(latents[l], price * kCodingPriceFactor, lengths);
    }
    coded.slots.push_back(
        level.slots(quantized.codes).contiguous(torch::MemoryFormat::ChannelsLast));
    coded.codes.push_back(quantized.codes);
    coded.leaves.push_back(quantized.leaves);
  }
  return coded;
}

void PriorModel::compute_in(torch::ScalarType type) {
  CodeMapPrior::compute_in(type);
  codec_.networks->compute_in(type);
}

void PriorModel::to(torch::Device device, bool non_blocking) {
  CodeMapPrior::to(device, non_blocking);
  codec_.networks->to(device, non_blocking);
}

// The rate rises about as lambda^0.55.
double PriorModel::usual_rate_bpp(std::int64_t quality) const {
  return 10 * std::pow(codec_.networks->options().lambda(quality), 0.55);
}

}  // namespace vqcodec::models
