// models/inference/plain_choice.h: where a picture is better off without the networks
// (codec/plain_cells.h).
#pragma once

#include <cstdint>
#include <vector>

#include "codec/plain_cells.h"
#include "codec/tuning.h"
#include "models/inference/networks.h"

namespace vqcodec::models {

// Compares both ways with rounded latents: bits per pixel + lambda x distortion of each cell, the
// bits guessed from the latents' sizes. The distortion is the MSE, or, for networks tuned for
// MS-SSIM, what the cell lacks in similarity.
struct PlainChoice {
  Networks& networks;
  codec::Tuning tuning;
  double lambda;
  int quality;
  int threads;

  // picture: (H,W,3), sides multiples of the coarsest stride; levels: its latents with the networks
  // everywhere.
  codec::PlainCells better_plain(const Grid& picture, const std::vector<Grid>& levels) const;

 private:
  std::vector<double> cost(const Grid& picture, const std::vector<Grid>& levels,
                           const std::vector<std::uint8_t>& active) const;
};

// The networks' `active` argument: (4 rows, 4 columns), zeros in plain cells; empty: none is plain.
std::vector<std::uint8_t> active_places(const codec::PlainCells& cells);

}  // namespace vqcodec::models
