#include "models/plain_choice.h"

#include <algorithm>

#include "models/ms_ssim.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kPlacesAcrossCell = kCoarsestStride / kBlock;
// Without networks a cell must cost at most this share of what it costs with them, less a margin:
// the bits are guesses, and the prior is better than the adaptive code where photographs are calm.
// Measured on held-out photographs and on text; at quality 8 some photographs gain, too. Similarity
// counts the noise of calm places heavily, so for MS-SSIM the networks must break more than that.
constexpr double kPlainShareByError = 0.8, kPlainShareBySimilarity = 0.5;
constexpr double kPlainMargin = 0.15;  // bits per pixel
constexpr double kBitsOfNonzero = 3.5, kBitsOfOctave = 1.5;

// Bits of rounded latents by cell: (h,w) of the coarsest level.
torch::Tensor guessed_bits(const std::vector<torch::Tensor>& levels) {
  torch::Tensor total;
  for (std::size_t l = 0; l < levels.size(); ++l) {
    const auto size = levels[l].abs();
    const auto bits = (torch::log2(size.clamp_min(1)) * kBitsOfOctave + kBitsOfNonzero) *
                      size.gt(0).to(torch::kFloat32);
    const auto side = std::int64_t{1} << l;
    const auto by_cell =
        torch::avg_pool2d(bits.sum(1, /*keepdim=*/true), side) * static_cast<double>(side * side);
    total = total.defined() ? total + by_cell : by_cell;
  }
  return total[0][0];
}

// Of each cell, in squared errors.
torch::Tensor distortion(const torch::Tensor& images, const torch::Tensor& restored,
                         codec::Tuning tuning) {
  if (tuning == codec::Tuning::kMsSsim)
    return (1 - cell_similarity(images, restored, kCoarsestStride))[0] * kSquaredErrorsOfMsSsim;
  const auto error = (restored - images).square().mean(1, /*keepdim=*/true) * (255.0 * 255.0);
  return torch::avg_pool2d(error, kCoarsestStride)[0][0];
}

// Bits per pixel + lambda x distortion of each cell.
torch::Tensor cost(CodecNetworksImpl& networks, const torch::Tensor& images,
                   const std::vector<torch::Tensor>& levels, std::int64_t quality,
                   codec::Tuning tuning, const torch::Tensor& active) {
  std::vector<torch::Tensor> rounded;
  for (const auto& level : levels) rounded.push_back(level.round());
  const auto q = torch::full({1}, quality, images.options().dtype(torch::kInt64));
  const auto restored = networks.synthesise(rounded, q, active).clamp(0, 1);
  return guessed_bits(rounded) / static_cast<double>(kCoarsestStride * kCoarsestStride) +
         networks.options().lambda(quality) * distortion(images, restored, tuning);
}

}  // namespace

codec::PlainCells better_plain(CodecNetworksImpl& networks, const torch::Tensor& images,
                               const std::vector<torch::Tensor>& levels, std::int64_t quality,
                               codec::Tuning tuning) {
  const auto q = torch::full({1}, quality, images.options().dtype(torch::kInt64));
  const auto none =
      torch::zeros({1, 1, images.size(2) / kBlock, images.size(3) / kBlock}, images.options());
  const auto with = cost(networks, images, levels, quality, tuning, {});
  const auto without =
      cost(networks, images, networks.analyse(images, q, none), quality, tuning, none);
  const double share =
      tuning == codec::Tuning::kMsSsim ? kPlainShareBySimilarity : kPlainShareByError;
  const auto plain = (without < share * with - kPlainMargin).to(torch::kUInt8).cpu().contiguous();
  codec::PlainCells cells{.columns = static_cast<int>(plain.size(1)),
                          .rows = static_cast<int>(plain.size(0)),
                          .plain = {}};
  cells.plain.assign(plain.data_ptr<std::uint8_t>(),
                     plain.data_ptr<std::uint8_t>() + plain.numel());
  return cells;
}

torch::Tensor active_places(const codec::PlainCells& cells) {
  const auto plain = torch::tensor(at::ArrayRef<std::uint8_t>(cells.plain), torch::kUInt8)
                         .view({1, 1, cells.rows, cells.columns});
  return (1 - plain.to(torch::kFloat32))
      .repeat_interleave(kPlacesAcrossCell, 2)
      .repeat_interleave(kPlacesAcrossCell, 3);
}

}  // namespace vqcodec::models
