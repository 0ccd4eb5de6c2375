// models/generative/coupling.h: one part of x is moved by what the other part says of it.
// Sources: Dinh, Krueger and Bengio, "NICE", arXiv:1410.8516 (additive); Dinh, Sohl-Dickstein and
// Bengio, "Density Estimation Using Real NVP", arXiv:1605.08803 (affine, masks); Kingma and
// Dhariwal, "Glow", arXiv:1807.03039, as published in code (shrinking).
#pragma once

#include "models/generative/flow.h"

namespace vqcodec::models {

// Which part of x is kept: the first or the second half of dimension 1 (channels, or the values of
// vectors), or every second place of the last dimensions (of pictures: a checkerboard).
struct CouplingSplit {
  bool checkerboard = false;
  bool second = false;  // half, or colour, is kept
};

enum class CouplingKind {
  kAdditive,   // y = x + t
  kAffine,     // y = x exp(s) + t, s = scale tanh(.) with a scale that is learned
  kShrinking,  // s = log sigmoid(. + 2): of many in a row none blows up what the last one did
};

// The sizes that a coupling's network maps between: of `values` (or channels), those kept and those
// that it says shift and, of affine ones, scale of.
struct CouplingSizes {
  std::int64_t inputs, outputs;
};
CouplingSizes coupling_sizes(const CouplingSplit& split, std::int64_t values, CouplingKind kind);

class Coupling : public Flow {
 public:
  // network: (N,inputs,...) to (N,outputs,...). Its last layer is set to zero, so that the coupling
  // begins as the identity, or where it shrinks as one scale.
  Coupling(const CouplingSplit& split, CouplingKind kind, torch::nn::Sequential network);

  // log |det| is the sum of s over what is moved (arXiv:1605.08803, eq. 6).
  Mapped forward(const torch::Tensor& x) override;
  torch::Tensor inverse(const torch::Tensor& y) override;

 private:
  struct Parts {
    torch::Tensor kept, moved;
  };
  struct Moves {
    torch::Tensor shift, log_scale;  // in the shape of what is moved; zero where nothing is
  };
  Parts parted(const torch::Tensor& x) const;
  torch::Tensor join(const Parts& parts) const;
  Moves moves(const torch::Tensor& kept);
  torch::Tensor log_scale_of(const torch::Tensor& output) const;

  CouplingSplit split_;
  CouplingKind kind_;
  torch::nn::Sequential network_{nullptr};
  torch::Tensor scale_;
};

// Inputs, and layers of `hidden` units with ReLUs: the network of vectors.
torch::nn::Sequential coupling_perceptron(const CouplingSizes& sizes,
                                          const std::vector<std::int64_t>& hidden);
// 3x3, 1x1 and 3x3 convolutions with ReLUs between (arXiv:1807.03039, section 3.3).
torch::nn::Sequential coupling_convolutions(const CouplingSizes& sizes, std::int64_t channels);

}  // namespace vqcodec::models
