// models/device.h: where networks are computed.
#pragma once

#include <string>

#include "models/model.h"

namespace vqcodec::models {

// "auto" (a GPU where there is one), "cpu" or "cuda". Of several processes each takes the GPU whose
// turn it is. Throws Error(kUnsupported) where there is no such device here.
torch::Device find_device(const std::string& name, std::int64_t rank = 0);

// Where a model's parameters are; of one without any, the processor.
torch::Device device_of(const torch::nn::Module& model);

// As make_rng(), of what is drawn there: a GPU has generators of its own, and so other draws.
Rng make_rng(std::uint64_t seed, std::uint64_t step, const torch::Device& device);

// A model on the processor, as long as this lives: measuring is done there.
class OnProcessor {
 public:
  explicit OnProcessor(torch::nn::Module& model) : model_(model), device_(device_of(model)) {
    model.to(torch::kCPU);
  }
  ~OnProcessor() { model_.to(device_); }
  OnProcessor(const OnProcessor&) = delete;
  OnProcessor& operator=(const OnProcessor&) = delete;

 private:
  torch::nn::Module& model_;
  torch::Device device_;
};

Batch on_device(const Batch& batch, const torch::Device& device);

}  // namespace vqcodec::models
