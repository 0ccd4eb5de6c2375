// models/plain_choice.h: where a picture is better off without the networks (codec/plain_cells.h).
#pragma once

#include "codec/plain_cells.h"
#include "codec/tuning.h"
#include "models/codec_networks.h"

namespace vqcodec::models {

// Compares both ways with rounded latents: bits per pixel + lambda x distortion of each cell, the
// bits guessed from the latents' sizes. The distortion is the MSE, or, for networks tuned for
// MS-SSIM, what the cell lacks in similarity. images: (1,3,H,W), sides multiples of the coarsest
// stride; levels: their latents with the networks everywhere.
codec::PlainCells better_plain(CodecNetworksImpl& networks, const torch::Tensor& images,
                               const std::vector<torch::Tensor>& levels, std::int64_t quality,
                               codec::Tuning tuning);

// The networks' `active` argument: (1,1,4 rows,4 columns), zeros in plain cells.
torch::Tensor active_places(const codec::PlainCells& cells);

}  // namespace vqcodec::models
