#include "models/plain_choice.h"

#include <algorithm>

namespace vqcodec::models {

namespace {

constexpr std::int64_t kPlacesAcrossCell = kCoarsestStride / kBlock;
// The guess favours neither side by much; photographs shall keep the networks.
constexpr double kPlainMustBe = 0.8;  // of the networks' cost
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

// bits per pixel + lambda MSE of each cell.
torch::Tensor cost(CodecNetworksImpl& networks, const torch::Tensor& images,
                   const torch::Tensor& quality, const torch::Tensor& active, double lambda) {
  auto levels = networks.analyse(images, quality, active);
  for (auto& level : levels) level = level.round();
  const auto restored = networks.synthesise(levels, quality, active).clamp(0, 1);
  const auto error = (restored - images).square().mean(1, /*keepdim=*/true) * (255.0 * 255.0);
  const auto mse = torch::avg_pool2d(error, kCoarsestStride)[0][0];
  return guessed_bits(levels) / static_cast<double>(kCoarsestStride * kCoarsestStride) +
         lambda * mse;
}

}  // namespace

codec::PlainCells better_plain(CodecNetworksImpl& networks, const torch::Tensor& images,
                               const torch::Tensor& quality, double lambda) {
  const auto h = images.size(2) / kBlock, w = images.size(3) / kBlock;
  const auto none = torch::zeros({1, 1, h, w}, images.options());
  const auto with = cost(networks, images, quality, {}, lambda);
  const auto without = cost(networks, images, quality, none, lambda);
  const auto plain = (without < kPlainMustBe * with).to(torch::kUInt8).cpu().contiguous();
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
