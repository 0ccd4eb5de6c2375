#include "models/device.h"

#include <ATen/Context.h>

#include "entropy/error.h"

namespace vqcodec::models {

torch::Device find_device(const std::string& name, std::int64_t rank) {
  const auto gpus = static_cast<std::int64_t>(torch::cuda::device_count());
  if (name == "cuda" && gpus == 0)
    throw Error(ErrorKind::kUnsupported, "no CUDA device here; use --device cpu");
  if (name == "cpu" || gpus == 0) return torch::kCPU;
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(rank % gpus)};
}

torch::Device device_of(const torch::nn::Module& model) {
  const auto parameters = model.parameters();
  return parameters.empty() ? torch::Device(torch::kCPU) : parameters.front().device();
}

Rng make_rng(std::uint64_t seed, std::uint64_t step, const torch::Device& device) {
  auto rng = make_rng(seed, step);
  if (!device.is_cuda()) return rng;
  auto there = at::globalContext().defaultGenerator(device).clone();
  there.set_current_seed(rng.current_seed());
  return there;
}

Batch on_device(const Batch& batch, const torch::Device& device) {
  return {.images = batch.images.to(device),
          .labels = batch.labels.defined() ? batch.labels.to(device) : batch.labels};
}

}  // namespace vqcodec::models
