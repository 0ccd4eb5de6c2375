// models/generative/vq_vae_prior.h: the codec's tree prior for the codes of a trained VqVae, which
// has priors of its own: theirs are floats, these become integers and can be read everywhere.
#pragma once

#include "models/code_map_prior.h"
#include "models/generative/vq_vae.h"

namespace vqcodec::models {

// The codebook of each level, K codewords as one group of one quality. What the prior sees of a
// codeword are its 16 principal coordinates, weighed by use, each in units of its deviation.
// pictures: (N,3,H,W) batches that uses are counted on.
using TreeQuantizers = std::vector<std::vector<LevelQuantizer>>;  // [level][0]
TreeQuantizers tree_quantizers(VqVae& model, const std::vector<torch::Tensor>& pictures);

// The coordinates: (K,D) codewords and their uses (K) to (K,min(16,K,D)), most spread first.
torch::Tensor principal_coordinates(const torch::Tensor& codewords, const torch::Tensor& uses);

class VqVaePrior : public CodeMapPrior {
 public:
  // Borrows both.
  VqVaePrior(VqVae& model, TreeQuantizers& quantizers);

  Coded encode(const torch::Tensor& images, std::int64_t quality) override;
  double usual_rate_bpp(std::int64_t quality) const override;  // codes of equal length
  using CodeMapPrior::to;
  void to(torch::Device device, bool non_blocking = false) override;

 private:
  VqVae& model_;
};

}  // namespace vqcodec::models
