// models/k_means.h: nearest centres, and how centres are found: Lloyd's iterations from k-means++
// seeds. Sources: Lloyd, "Least squares quantization in PCM", 1982; Arthur and Vassilvitskii,
// "k-means++: The Advantages of Careful Seeding", SODA 2007.
#pragma once

#include <torch/torch.h>

#include "models/model.h"

namespace vqcodec::models {

// points: (N,D); weights: (N), how much each point counts, not all zero; centres: (K,D).

// Points drawn one after the other, each with a probability that is its weight times its squared
// distance from the nearest drawn before. Returns (K,D).
torch::Tensor seed_centres(const torch::Tensor& points, const torch::Tensor& weights,
                           std::int64_t count, Rng& rng);

torch::Tensor squared_distances(const torch::Tensor& points,
                                const torch::Tensor& centres);                             // (N,K)
torch::Tensor nearest_centres(const torch::Tensor& points, const torch::Tensor& centres);  // (N)

// Each centre to the mean of the points nearest to it; one that has none stays.
torch::Tensor lloyd_step(const torch::Tensor& points, const torch::Tensor& weights,
                         const torch::Tensor& centres);

}  // namespace vqcodec::models
