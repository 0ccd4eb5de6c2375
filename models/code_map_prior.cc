#include "models/code_map_prior.h"

#include "models/codebook_usage.h"
#include "models/quantized_codec.h"

namespace vqcodec::models {

namespace {
constexpr double kNodeRate = 5;
}

CodeMapPrior::CodeMapPrior(std::vector<std::vector<LevelQuantizer>>& quantizers)
    : quantizers_(quantizers) {
  std::int64_t coarser = 0;
  for (std::size_t l = 0; l < quantizers_.size(); ++l) {
    const auto& layout = quantizers_[l].front().layout;
    const PriorOptions options{
        .slots = layout.slots(), .coarser = coarser, .slice_slots = layout.slice_slots()};
    levels_.push_back(
        register_module("level" + std::to_string(l), PriorNetwork(options, quantizers_[l])));
    coarser += layout.slots();
  }
}

std::vector<torch::Tensor> CodeMapPrior::group_bits(const torch::Tensor& images,
                                                    std::int64_t quality) {
  last_ = encode(images, quality);
  last_quality_ = quality;
  std::vector<torch::Tensor> bits;
  for (std::size_t l = 0; l < last_.slots.size(); ++l)
    bits.push_back(levels_[l]->bits(last_.slots[l], coarser_slots(last_.slots, l), last_.leaves[l],
                                    quality, compute_));
  return bits;
}

Loss CodeMapPrior::loss(const Batch& batch, Rng& rng) {
  const auto quality = draw(rng, qualities());
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
  loss.total = total / usual_rate_bpp(quality);
  return loss;
}

Health CodeMapPrior::health() const {
  Health health;
  for (std::size_t l = 0; l < last_.codes.size(); ++l) {
    CodebookUsage usage(quantizer(l, last_quality_));
    usage.add(last_.codes[l]);
    append_usage(l, usage.figures(), health);
  }
  return health;
}

void CodeMapPrior::to(torch::Device device, bool non_blocking) {
  Model::to(device, non_blocking);
  for (auto& level : quantizers_)
    for (auto& quantizer : level) quantizer.to(device);
}

void CodeMapPrior::remove(PriorContext context) {
  for (auto& level : levels_) level->remove(context);
}

std::vector<ParameterGroup> CodeMapPrior::parameter_groups() {
  ParameterGroup nodes{{}, kNodeRate}, others{{}, 1};
  for (const auto& item : named_parameters())
    (item.key().find(".node_") != std::string::npos ? nodes : others)
        .parameters.push_back(item.value());
  return {others, nodes};
}

}  // namespace vqcodec::models
