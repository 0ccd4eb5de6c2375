// models/inference/cell_distortion.h: distortion of a picture cell by cell, in squared errors
// (0..255 squared).
#pragma once

#include <vector>

#include "models/inference/grid.h"

namespace vqcodec::models {

// reference, test: (H,W,3), 0..1; side: of a cell, pixels, which divides both sides. Returns the
// cells' mean squared errors, row by row.
std::vector<double> cell_squared_error(const Grid& reference, const Grid& test, int side);

// A guess of 1 - MS-SSIM, each cell seen as one window: structural similarity, mean over channels
// and over scales of 1, 2 and 4 pixels. side: a multiple of 4.
// Source: Wang, Simoncelli, Bovik, "Multiscale Structural Similarity for Image Quality Assessment",
// Asilomar 2003.
std::vector<double> cell_dissimilarity(const Grid& reference, const Grid& test, int side);

}  // namespace vqcodec::models
