// models/ms_ssim.h: the metric of codec/metrics.h as something to train for.
#pragma once

#include <torch/torch.h>

namespace vqcodec::models {

// Multi-scale structural similarity of each picture, (N) in 0..1, differentiable. reference, test:
// (N,C,H,W), 0..1, sides at least 161. The same figure as codec::ms_ssim of the samples times 255.
// Source: Wang, Simoncelli, Bovik, "Multiscale Structural Similarity for Image Quality Assessment",
// Asilomar 2003.
torch::Tensor ms_ssim(const torch::Tensor& reference, const torch::Tensor& test);

// Of 1 - MS-SSIM, in squared errors (0..255 squared): makes a lambda mean about the same rate in
// both tunings.
inline constexpr double kSquaredErrorsOfMsSsim = 1333;

// A guess of it cell by cell, each seen as one window: structural similarity, mean over channels
// and over scales of 1, 2 and 4 pixels. side: of a cell, pixels, a multiple of 4; the pictures'
// sides are multiples of it. Returns (N,H/side,W/side).
torch::Tensor cell_similarity(const torch::Tensor& reference, const torch::Tensor& test,
                              std::int64_t side);

}  // namespace vqcodec::models
