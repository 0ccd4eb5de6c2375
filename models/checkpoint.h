// models/checkpoint.h: a run's state on disk: weights, averaged weights, optimizer, step.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace vqcodec::models {

struct TrainingState {
  std::int64_t step = 0;
  std::vector<torch::Tensor> average;  // of the parameters, in their order; empty before it starts
  double seconds = 0;                  // of training
  // The smallest validation, its averages, and how many there were since.
  double best_validation = std::numeric_limits<double>::infinity();
  std::vector<torch::Tensor> best;
  std::int64_t validations_since = 0;
};

// Written beside the target and renamed, so that an interruption leaves the old one whole.
void save_checkpoint(const std::string& path, const torch::nn::Module& model,
                     const torch::optim::Optimizer& optimizer, const TrainingState& state);
// Throws Error(kCorrupt) where the file does not fit the model.
TrainingState load_checkpoint(const std::string& path, torch::nn::Module& model,
                              torch::optim::Optimizer& optimizer);

// Weights alone; floating tensors of more than one dimension as `matrices` on disk.
void save_weights(const std::string& path, const torch::nn::Module& model,
                  torch::ScalarType matrices = torch::kHalf);
// A parameter whose name has one of `may_lack` in it may be missing in the file: it keeps its
// value.
void load_weights(const std::string& path, torch::nn::Module& model,
                  const std::vector<std::string>& may_lack = {});

}  // namespace vqcodec::models
