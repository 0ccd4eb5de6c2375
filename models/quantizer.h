// models/quantizer.h: the vector quantizer: a codebook, its assignment and its training.
//
// Source: Chou, Lookabaugh, Gray, "Entropy-constrained vector quantization", IEEE Trans. ASSP
// 37(1), 1989. With price 0 it is the nearest-codeword quantizer of van den Oord et al.,
// arXiv:1711.00937.
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace vqcodec::models {

struct Codebook {
  torch::Tensor codewords;    // (K,D) float32
  torch::Tensor length_bits;  // (K) float32: order-0 code lengths

  std::int64_t size() const { return codewords.size(0); }
  std::int64_t dimension() const { return codewords.size(1); }
};

// argmin_k sum_d weights_d (x_d - c_kd)^2 + price * length_k. values: (P,D); weights: (D).
// Returns (P) int64, 0..K-1.
torch::Tensor assign(const torch::Tensor& values, const Codebook& codebook,
                     const torch::Tensor& weights, double price);

// The same with lengths that differ from vector to vector: lengths: (P,K), bits.
torch::Tensor assign(const torch::Tensor& values, const Codebook& codebook,
                     const torch::Tensor& weights, double price, const torch::Tensor& lengths);

struct CodebookOptions {
  std::int64_t codewords = 256;  // at most
  double price = 0;              // of a bit, in units of the weighted distance
  int iterations = 14;
  std::int64_t least_use = 3;  // codewords used less often than that are dropped
};

// Starts from the most frequent integer points, a lattice that is already good, and alternates
// assignment, centroids and lengths. Codewords come by falling frequency. values: (P,D).
Codebook train_codebook(const torch::Tensor& values, const torch::Tensor& weights,
                        const CodebookOptions& options);

}  // namespace vqcodec::models
