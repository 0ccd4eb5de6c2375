// tools/train/codebook_report.h: what `train codebooks` tells: the rate before and after, and the
// health of the new codebooks.
#pragma once

#include <vector>

#include "codec/model_file.h"
#include "models/quantized_codec.h"

namespace vqcodec::tools {

// Both of every quality, and the bits at equal PSNR. before, after: [quality].
void print_comparison(const std::vector<codec::QualitySetting>& before,
                      const std::vector<codec::QualitySetting>& after);

// Usage, perplexity and escapes of every quality and level on pictures, batches of (N,3,H,W), with
// codes assigned by the codebooks' own lengths. price_factor: as in QuantizedCodec::quantize.
void print_health(models::QuantizedCodec& codec, const std::vector<torch::Tensor>& pictures,
                  double price_factor);

}  // namespace vqcodec::tools
