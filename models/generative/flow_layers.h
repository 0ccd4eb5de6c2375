// models/generative/flow_layers.h: the maps between couplings: scales, orders, resolutions and
// mixtures of channels. Dimension 1 counts the values of vectors or the channels of pictures.
// Sources: arXiv:1410.8516 (scales), arXiv:1605.08803 (squeezing, batch normalization),
// arXiv:1807.03039 (activation normalization, 1x1 convolutions).
#pragma once

#include "models/generative/flow.h"
#include "models/image_sets.h"

namespace vqcodec::models {

// z = exp(s) x, each value of an example at a scale of its own (arXiv:1410.8516, section 3.3).
class DiagonalScale : public Flow {
 public:
  explicit DiagonalScale(std::int64_t values);  // of (N,values)
  Mapped forward(const torch::Tensor& x) override;
  torch::Tensor inverse(const torch::Tensor& z) override;

 private:
  torch::Tensor log_scale_;
};

// The values in reverse.
class Reversal : public Flow {
 public:
  Mapped forward(const torch::Tensor& x) override;
  torch::Tensor inverse(const torch::Tensor& z) override { return z.flip(1); }
};

// Pictures as vectors: (N,C,H,W) to (N,C H W).
class Flatten : public Flow {
 public:
  explicit Flatten(const PictureShape& shape) : shape_(shape) {}
  Mapped forward(const torch::Tensor& x) override;
  torch::Tensor inverse(const torch::Tensor& z) override;

 private:
  PictureShape shape_;
};

// The shape after squeezing. Throws Error(kUsage) where a side is odd.
PictureShape squeezed(const PictureShape& shape);
PictureShape half_of_channels(const PictureShape& shape);

// 2x2 pixels become one with four times the channels (arXiv:1605.08803, section 3.6).
class Squeeze : public Flow {
 public:
  Mapped forward(const torch::Tensor& x) override;
  torch::Tensor inverse(const torch::Tensor& z) override;
};

// (x - mean) / deviation of each channel: of the batch in training, of all batches' running average
// afterwards, so that a density does not depend on what else is measured (arXiv:1605.08803,
// section 3.7).
class BatchNormalization : public Flow {
 public:
  explicit BatchNormalization(std::int64_t channels);
  Mapped forward(const torch::Tensor& x) override;
  torch::Tensor inverse(const torch::Tensor& z) override;  // with the running averages

 private:
  torch::Tensor mean_, variance_;
};

// (x + shift) exp(s) in each channel, learned from where the first training batch has mean 0 and
// variance 1 (arXiv:1807.03039, section 3.1).
class ActivationNormalization : public Flow {
 public:
  explicit ActivationNormalization(std::int64_t channels);
  Mapped forward(const torch::Tensor& x) override;
  torch::Tensor inverse(const torch::Tensor& z) override;

 private:
  void fit(const torch::Tensor& x);
  torch::Tensor shift_, log_scale_, is_fitted_;
};

// Channels mixed by W = P L (U + diag(sign exp(s))), at first a random rotation
// (arXiv:1807.03039, section 3.2).
class ChannelMixing : public Flow {
 public:
  explicit ChannelMixing(std::int64_t channels);
  torch::Tensor weight() const;  // W
  Mapped forward(const torch::Tensor& x) override;
  torch::Tensor inverse(const torch::Tensor& z) override;

 private:
  torch::Tensor permutation_, lower_, upper_, sign_, log_scale_;
};

// Steps, half of whose channels leave, and a flow to vectors that the other half goes through
// (arXiv:1605.08803, section 3.6). (N,C,H,W) to (N,C H W).
class MultiScale : public Flow {
 public:
  // shape: what the steps make of a picture.
  MultiScale(std::shared_ptr<Flow> steps, std::shared_ptr<Flow> rest, const PictureShape& shape);
  Mapped forward(const torch::Tensor& x) override;
  torch::Tensor inverse(const torch::Tensor& z) override;

 private:
  std::shared_ptr<Flow> steps_, rest_;
  PictureShape half_;
};

}  // namespace vqcodec::models
