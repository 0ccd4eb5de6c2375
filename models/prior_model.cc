#include "models/prior_model.h"

#include "models/codebook_usage.h"
#include "models/codec_model.h"

namespace vqcodec::models {

namespace {
constexpr double kNodeRate = 5;
}

PriorModel::PriorModel(QuantizedCodec& codec, double price_factor)
    : codec_(codec), price_factor_(price_factor) {
  std::int64_t coarser = 0;
  for (std::size_t l = 0; l < codec.quantizers.size(); ++l) {
    const auto& layout = codec.quantizers[l].front().layout;
    const PriorOptions options{
        .slots = layout.slots(), .coarser = coarser, .slice_slots = layout.slice_slots()};
    levels_.push_back(
        register_module("level" + std::to_string(l), PriorNetwork(options, codec.quantizers[l])));
    coarser += layout.slots();
  }
}

PriorModel::Coded PriorModel::encode(const torch::Tensor& images, std::int64_t quality) {
  torch::NoGradGuard no_grad;
  const auto q = torch::full({images.size(0)}, quality, torch::kInt64);
  const auto latents = codec_.networks->analyse(pad_to_stride(images), q);
  Coded coded;
  for (std::size_t l = 0; l < latents.size(); ++l) {
    const auto& quantizer = codec_.quantizers[l][static_cast<std::size_t>(quality)];
    const auto price = codec_.price(quality);
    auto quantized = quantizer.quantize(latents[l], price * price_factor_);
    if (conditional_) {
      coded.slots.push_back(quantizer.slots(quantized.codes));
      const auto lengths =
          levels_[l]->lengths(coded.slots[l], coarser_slots(coded.slots, l), quality, compute_);
      coded.slots.pop_back();
      quantized = quantizer.quantize(latents[l], price * kCodingPriceFactor, lengths);
    }
    coded.slots.push_back(
        quantizer.slots(quantized.codes).contiguous(torch::MemoryFormat::ChannelsLast));
    coded.codes.push_back(quantized.codes);
    coded.leaves.push_back(quantized.leaves);
  }
  return coded;
}

std::vector<torch::Tensor> PriorModel::group_bits(const torch::Tensor& images,
                                                  std::int64_t quality) {
  last_ = encode(images, quality);
  last_quality_ = quality;
  std::vector<torch::Tensor> bits;
  for (std::size_t l = 0; l < last_.slots.size(); ++l)
    bits.push_back(levels_[l]->bits(last_.slots[l], coarser_slots(last_.slots, l), last_.leaves[l],
                                    quality, compute_));
  return bits;
}

Loss PriorModel::loss(const Batch& batch, Rng& rng) {
  const auto quality = draw(rng, codec_.networks->options().qualities());
  const auto bits = group_bits(batch.images, quality);
  const auto pixels = static_cast<double>(batch.images.numel()) / 3;
  torch::Tensor total = torch::zeros({});
  Loss loss;
  for (std::size_t l = 0; l < bits.size(); ++l) {
    const auto rate = bits[l].sum() / pixels;
    loss.terms.emplace_back("level" + std::to_string(l) + "_bpp", rate.detach());
    total = total + rate;
  }
  loss.terms.emplace_back("rate_bpp", total.detach());
  loss.terms.emplace_back("quality", torch::tensor(static_cast<double>(quality + 1)));
  // The rate rises about as lambda^0.55: divided by that, qualities weigh alike.
  loss.total =
      total /
      std::pow(codec_.networks->options().lambdas[static_cast<std::size_t>(quality)], 0.55) / 10;
  return loss;
}

Health PriorModel::health() const {
  Health health;
  for (std::size_t l = 0; l < last_.codes.size(); ++l) {
    CodebookUsage usage(codec_.quantizers[l][static_cast<std::size_t>(last_quality_)]);
    usage.add(last_.codes[l]);
    append_usage(l, usage.figures(), health);
  }
  return health;
}

void PriorModel::remove(PriorContext context) {
  for (auto& level : levels_) level->remove(context);
}

std::vector<ParameterGroup> PriorModel::parameter_groups() {
  ParameterGroup nodes{{}, kNodeRate}, others{{}, 1};
  for (const auto& item : named_parameters())
    (item.key().find(".node_") != std::string::npos ? nodes : others)
        .parameters.push_back(item.value());
  return {others, nodes};
}

}  // namespace vqcodec::models
