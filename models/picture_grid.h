// models/picture_grid.h: many small pictures as one.
#pragma once

#include <torch/torch.h>

#include "codec/image.h"

namespace vqcodec::models {

// pictures: (N,C,H,W), C = 1 or 3; values beyond 0..1 are clamped. Row by row, one pixel between.
codec::Image picture_grid(const torch::Tensor& pictures, std::int64_t columns);

// The latent plane: (side^2,2) standard normal quantiles of an even grid, row by row from the top,
// the first coordinate to the right (arXiv:1312.6114, figure 4).
torch::Tensor latent_plane(std::int64_t side);

}  // namespace vqcodec::models
