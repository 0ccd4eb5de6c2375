// models/nearest_pictures.h: which picture of a set is nearest: whether a model draws anew or
// recalls what it was trained on.
#pragma once

#include <torch/torch.h>

namespace vqcodec::models {

struct NearestPictures {
  torch::Tensor indices;            // (n) int64, the lowest of those equally near
  torch::Tensor squared_distances;  // (n) float64, summed over pixels
};

// queries: (n,C,H,W), pictures: (N,C,H,W).
NearestPictures nearest_pictures(const torch::Tensor& queries, const torch::Tensor& pictures);

}  // namespace vqcodec::models
