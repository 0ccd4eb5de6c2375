// models/code_map_prior.h: training of PixelCNN priors on code maps, one network a level, that
// become the integers of a model file. Whose codes they are, a derived class says.
#pragma once

#include <vector>

#include "models/model.h"
#include "models/prior_network.h"

namespace vqcodec::models {

class CodeMapPrior : public Model {
 public:
  struct Coded {
    std::vector<torch::Tensor> slots;   // [level] (N,S,H,W): what the prior sees
    std::vector<torch::Tensor> codes;   // [level] (N,G,H,W) int64
    std::vector<torch::Tensor> leaves;  // [level] (N,G,H,W) int64: the code, or K where it escaped
  };
  // Pictures (N,3,H,W) as codes of one quality, from 0.
  virtual Coded encode(const torch::Tensor& images, std::int64_t quality) = 0;
  // From now on codes are those that files have, if these are others.
  virtual void assign_conditionally(bool /*on*/) {}
  // What codes of a quality take in the end, about.
  virtual double usual_rate_bpp(std::int64_t quality) const = 0;

  // One quality for each batch, drawn at random. Loss: bits per pixel, divided by what is usual at
  // the quality, so that all count alike.
  Loss loss(const Batch& batch, Rng& rng) override;
  Health health() const override;  // usage and perplexity of each level's codebooks
  // The trees' nodes are new, each sees few batches, and they are near a convex problem: faster.
  std::vector<ParameterGroup> parameter_groups() override;

  // Bits of every group on pictures (N,3,H,W): [level] (G).
  std::vector<torch::Tensor> group_bits(const torch::Tensor& images, std::int64_t quality);

  // Without one of its contexts, for good: what does it bring?
  void remove(PriorContext context);

  using torch::nn::Module::to;
  // With the codebooks, and what a derived class encodes with.
  void to(torch::Device device, bool non_blocking = false) override;

  std::vector<PriorNetwork>& levels() { return levels_; }
  std::int64_t qualities() const { return static_cast<std::int64_t>(quantizers_[0].size()); }
  virtual void compute_in(torch::ScalarType type) { compute_ = type; }

 protected:
  // quantizers: [level][quality]; borrowed.
  explicit CodeMapPrior(std::vector<std::vector<LevelQuantizer>>& quantizers);

  const LevelQuantizer& quantizer(std::size_t level, std::int64_t quality) const {
    return quantizers_[level][static_cast<std::size_t>(quality)];
  }
  torch::ScalarType compute() const { return compute_; }

 private:
  std::vector<std::vector<LevelQuantizer>>& quantizers_;
  std::vector<PriorNetwork> levels_;
  Coded last_;  // what loss() saw last, of quality last_quality_
  std::int64_t last_quality_ = 0;
  torch::ScalarType compute_ = torch::kFloat32;
};

}  // namespace vqcodec::models
