#include "models/picture_grid.h"

#include <algorithm>

namespace vqcodec::models {

codec::Image picture_grid(const torch::Tensor& pictures, std::int64_t columns) {
  const auto count = pictures.size(0), channels = pictures.size(1);
  const auto height = pictures.size(2), width = pictures.size(3);
  const auto across = std::min(columns, count), down = (count + across - 1) / across;
  auto canvas = torch::full({channels, down * (height + 1) - 1, across * (width + 1) - 1}, 0.5);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto y = i / across * (height + 1), x = i % across * (width + 1);
    canvas.slice(1, y, y + height).slice(2, x, x + width).copy_(pictures[i].detach());
  }
  const auto bytes =
      (canvas.clamp(0, 1) * 255).round().to(torch::kUInt8).permute({1, 2, 0}).contiguous();
  codec::Image image;
  image.width = static_cast<int>(canvas.size(2));
  image.height = static_cast<int>(canvas.size(1));
  image.channels = static_cast<int>(channels);
  image.pixels.assign(bytes.data_ptr<std::uint8_t>(),
                      bytes.data_ptr<std::uint8_t>() + bytes.numel());
  return image;
}

torch::Tensor latent_plane(std::int64_t side) {
  const auto share = (torch::arange(side, torch::kFloat64) + 0.5) / static_cast<double>(side);
  const auto quantile = torch::special_ndtri(share).to(torch::kFloat32);
  const auto x = quantile.repeat({side});
  const auto y = -quantile.repeat_interleave(side);
  return torch::stack({x, y}, 1);
}

}  // namespace vqcodec::models
