// models/codec_model.h: phase 1 of the codec's training: transform and rate, relaxed.
//
// Additive uniform noise stands for quantization in the rate, rounding with straight-through
// gradients in the distortion. Balle, Minnen et al., arXiv:1802.01436; one model for all
// qualities by gains: Cui et al., arXiv:2003.02012.
#pragma once

#include <vector>

#include "codec/tuning.h"
#include "models/codec_networks.h"
#include "models/context_model.h"
#include "models/model.h"
#include "models/quantized_codec.h"

namespace vqcodec::models {

class CodecModel : public Model {
 public:
  explicit CodecModel(const CodecOptions& options, codec::Tuning tuning = codec::Tuning::kPsnr);

  // Channel order, deviations and the rate model's scales from pictures (N,3,H,W).
  void start_from(const torch::Tensor& images);

  // images: (N,3,H,W), N a multiple of the number of qualities gives each its share.
  // Sum of rate and lambda x distortion, each quality weighed by 1/sqrt(lambda), or the high rates
  // would drown the low ones. Distortion is the squared error of 0..255, or what stands for it
  // where the tuning is another; MS-SSIM wants sides of at least 161.
  Loss loss(const Batch& batch, Rng& rng) override;
  Health health() const override;
  std::vector<ParameterGroup> parameter_groups() override;

  // From now on distortion is that of codewords, with straight-through gradients, and only what
  // decoding needs is trained. Borrows; the codec's networks must be this model's.
  void polish_with(const QuantizedCodec& codec, double price_factor);

  CodecNetworks& networks() { return networks_; }
  std::vector<ContextModel>& contexts() { return contexts_; }
  void compute_in(torch::ScalarType type);

 private:
  torch::Tensor rate_bits(const std::vector<torch::Tensor>& levels, const torch::Tensor& quality);
  struct Distortion {
    torch::Tensor charged;                                     // (N)
    std::vector<std::pair<std::string, torch::Tensor>> terms;  // for the log
  };
  Distortion distortion(const torch::Tensor& restored, const torch::Tensor& images) const;
  Loss polish_loss(const torch::Tensor& images, const torch::Tensor& quality);
  codec::Tuning tuning_;
  torch::ScalarType compute_ = torch::kFloat32;
  CodecNetworks networks_{nullptr};
  std::vector<ContextModel> contexts_;
  const QuantizedCodec* codec_ = nullptr;
  double price_factor_ = 1;
  torch::Tensor lambdas_;              // (qualities)
  std::vector<torch::Tensor> points_;  // [level] (N,C,H,W): what loss() rounded last
  std::vector<Quantized> last_;        // [level]: codes of the last picture while polishing,
  std::int64_t last_quality_ = 0;      // and its quality
};

// Sides extended to multiples of the coarsest stride by repeating the edge. (N,3,H,W).
torch::Tensor pad_to_stride(const torch::Tensor& images);

}  // namespace vqcodec::models
