// models/ms_ssim.h: the metric of codec/metrics.h as something to train for.
#pragma once

#include <torch/torch.h>

namespace vqcodec::models {

// Multi-scale structural similarity of each picture, (N) in 0..1, differentiable. reference, test:
// (N,C,H,W), 0..1, sides at least 161. The same figure as codec::ms_ssim of the samples times 255.
// Source: Wang, Simoncelli, Bovik, "Multiscale Structural Similarity for Image Quality Assessment",
// Asilomar 2003.
torch::Tensor ms_ssim(const torch::Tensor& reference, const torch::Tensor& test);

}  // namespace vqcodec::models
