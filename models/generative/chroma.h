// models/generative/chroma.h: luminance and chroma of RGB pictures, and back, by BT.601. Cb and Cr
// are B - Y and R - Y in units that keep them within -0.5..0.5.
#pragma once

#include <torch/torch.h>

namespace vqcodec::models {

torch::Tensor luminance_of(const torch::Tensor& images);  // (N,3,H,W), 0..1, to (N,1,H,W), 0..1
torch::Tensor chroma_of(const torch::Tensor& images);     // to (N,2,H,W)
// (N,3,H,W), clipped to 0..1.
torch::Tensor rgb_of(const torch::Tensor& luminance, const torch::Tensor& chroma);

}  // namespace vqcodec::models
