#include "models/generative/vq_vae_prior.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "entropy/code_map.h"
#include "models/context_model.h"
#include "models/layers.h"

namespace vqcodec::models {

namespace {

constexpr double kUnitsOfADeviation = 16;  // of activations: four deviations fit into -64..63
constexpr double kUnseen = 0.5;            // uses that are added to those counted
// Codewords out of use may be anywhere; the tree's builder has fixed point.
constexpr double kFarthest = 1000;

LevelQuantizer tree_quantizer(const torch::Tensor& codewords, const torch::Tensor& uses) {
  const auto weights = (uses + kUnseen) / (uses + kUnseen).sum();
  const auto coordinates = principal_coordinates(codewords, uses);
  const auto deviations =
      (weights.unsqueeze(1) * coordinates.square()).sum(0).sqrt().clamp_min(1e-12);  // (d)
  const auto activations = (coordinates / deviations * kUnitsOfADeviation).round();
  const auto dimension = coordinates.size(1);
  const auto words = (coordinates / deviations[0]).clamp(-kFarthest, kFarthest);
  const auto layout = make_layout({dimension}, std::vector<bool>(coordinates.size(1), false));
  return {.layout = layout,
          .groups = {{.first_channel = 0,
                      .dimension = dimension,
                      .first_slot = 0,
                      .slice = 0,
                      .stage = Stage::kSingle,
                      .reach = std::numeric_limits<double>::infinity(),  // nothing escapes
                      .codebook = {.codewords = words.contiguous(),
                                   .length_bits = -torch::log2(weights).to(torch::kFloat32)},
                      .activations = activations.clamp(-64, 63).to(torch::kInt64)}},
          .weights = torch::ones({dimension})};
}

}  // namespace

torch::Tensor principal_coordinates(const torch::Tensor& codewords, const torch::Tensor& uses) {
  const auto weights = ((uses + kUnseen) / (uses + kUnseen).sum()).unsqueeze(1);  // (K,1)
  const auto centred = codewords - (weights * codewords).sum(0);
  const auto axes = std::get<2>(torch::linalg_svd(weights.sqrt() * centred, false));
  const auto count = std::min<std::int64_t>(entropy::kMaxDimension, axes.size(0));
  return torch::matmul(centred, axes.slice(0, 0, count).t());
}

TreeQuantizers tree_quantizers(VqVae& model, const std::vector<torch::Tensor>& pictures) {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> uses;
  for (std::int64_t l = 0; l < model.levels(); ++l)
    uses.push_back(torch::zeros({model.codebook(l)->size()}, torch::kInt64));
  for (const auto& batch : pictures) {
    const auto codes = model.codes_of(padded_to(batch, model.stride(0)));
    for (std::size_t l = 0; l < codes.size(); ++l)
      uses[l] += torch::bincount(codes[l].flatten(), {}, uses[l].size(0));
  }
  TreeQuantizers quantizers;
  for (std::int64_t l = 0; l < model.levels(); ++l)
    quantizers.push_back(
        {tree_quantizer(model.codebook(l)->codewords(), uses[static_cast<std::size_t>(l)])});
  return quantizers;
}

VqVaePrior::VqVaePrior(VqVae& model, TreeQuantizers& quantizers)
    : CodeMapPrior(quantizers), model_(model) {}

CodeMapPrior::Coded VqVaePrior::encode(const torch::Tensor& images, std::int64_t quality) {
  torch::NoGradGuard no_grad;
  Coded coded;
  for (const auto& codes : model_.codes_of(padded_to(images, model_.stride(0)))) {
    const auto level = coded.codes.size();
    coded.codes.push_back(codes.unsqueeze(1));  // one group
    coded.slots.push_back(quantizer(level, quality)
                              .slots(coded.codes.back())
                              .contiguous(torch::MemoryFormat::ChannelsLast));
    coded.leaves.push_back(coded.codes.back());
  }
  return coded;
}

void VqVaePrior::to(torch::Device device, bool non_blocking) {
  CodeMapPrior::to(device, non_blocking);
  model_.to(device, non_blocking);
}

double VqVaePrior::usual_rate_bpp(std::int64_t /*quality*/) const {
  double bits = 0;
  for (std::int64_t l = 0; l < model_.levels(); ++l)
    bits += std::log2(static_cast<double>(model_.codebook(l)->size())) /
            static_cast<double>(model_.stride(l) * model_.stride(l));
  return bits;
}

}  // namespace vqcodec::models
