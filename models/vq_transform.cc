#include "models/vq_transform.h"

#include "entropy/error.h"
#include "models/device.h"
#include "models/inference/codec_transform.h"
#include "models/quantized_codec.h"

namespace vqcodec::models {

namespace {

// (H,W,C) to (1,C,H,W), and back. The tensor borrows the grid's values.
torch::Tensor to_tensor(const Grid& grid) {
  return torch::from_blob(const_cast<float*>(grid.values.data()),
                          {1, grid.height, grid.width, grid.channels})
      .permute({0, 3, 1, 2});
}

Grid to_grid(const torch::Tensor& tensor) {
  const auto values = tensor[0].permute({1, 2, 0}).cpu().contiguous();
  Grid grid{.height = static_cast<int>(values.size(0)),
            .width = static_cast<int>(values.size(1)),
            .channels = static_cast<int>(values.size(2)),
            .values = {}};
  grid.values.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
  return grid;
}

class TorchNetworks : public Networks {
 public:
  TorchNetworks(CodecNetworks networks, const torch::Device& device, torch::ScalarType compute)
      : networks_(std::move(networks)), device_(device) {
    networks_->to(device);
    networks_->compute_in(compute);
    networks_->eval();
  }

  std::vector<Grid> analyse(const Grid& picture, int quality, std::span<const std::uint8_t> active,
                            int threads) override {
    const auto inference = begin(threads);
    const auto places = active_tensor(active, picture.height / kBlock, picture.width / kBlock);
    std::vector<Grid> levels;
    for (const auto& level : networks_->analyse(to_tensor(picture).contiguous().to(device_),
                                                quality_tensor(quality), places))
      levels.push_back(to_grid(level));
    return levels;
  }

  Grid synthesise(const std::vector<Grid>& levels, int quality,
                  std::span<const std::uint8_t> active, int threads) override {
    const auto inference = begin(threads);
    std::vector<torch::Tensor> tensors;
    for (const auto& level : levels) tensors.push_back(to_tensor(level).contiguous().to(device_));
    const auto places = active_tensor(active, levels.back().height, levels.back().width);
    return to_grid(networks_->synthesise(tensors, quality_tensor(quality), places));
  }

 private:
  // The number of threads belongs to the thread that calls.
  static std::unique_ptr<c10::InferenceMode> begin(int threads) {
    torch::set_num_threads(threads);
    return std::make_unique<c10::InferenceMode>();
  }

  torch::Tensor quality_tensor(int quality) const {
    return torch::full({1}, quality, torch::dtype(torch::kInt64).device(device_));
  }

  torch::Tensor active_tensor(std::span<const std::uint8_t> active, std::int64_t height,
                              std::int64_t width) const {
    if (active.empty()) return {};
    return torch::tensor(at::ArrayRef<std::uint8_t>(active.data(), active.size()), torch::kUInt8)
        .view({1, 1, height, width})
        .to(device_, torch::kFloat32);
  }

  CodecNetworks networks_;
  torch::Device device_;
};

}  // namespace

std::unique_ptr<Networks> make_torch_networks(CodecNetworks networks, const torch::Device& device,
                                              torch::ScalarType compute) {
  return std::make_unique<TorchNetworks>(std::move(networks), device, compute);
}

std::unique_ptr<codec::Transform> make_vq_transform(std::span<const std::uint8_t> networks,
                                                    codec::Tuning tuning,
                                                    const std::string& device_name) {
  const auto device = find_device(device_name);
  const auto file = read_network_file(networks);
  return make_codec_transform(
      file, make_torch_networks(networks_of(file), device, fast_type(device)), tuning);
}

}  // namespace vqcodec::models
