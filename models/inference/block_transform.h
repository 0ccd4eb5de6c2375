// models/inference/block_transform.h: the linear part of the codec's transform, in plain loops.
#pragma once

#include <cstdint>
#include <vector>

#include "models/inference/grid.h"

namespace vqcodec::models {

// (H,W,3), 0..1, to (H/8,W/8,192) about mid-grey: the order of PyTorch's pixel_unshuffle.
Grid unshuffled(const Grid& picture);
Grid shuffled(const Grid& blocks);  // the inverse

// Each place's channels times a matrix (channels, outputs), row-major.
Grid multiplied(const Grid& x, const std::vector<float>& matrix, int outputs);

// Parts of a grid's channels, joined, and in another order: channel c of the result is order[c].
Grid channels_of(const Grid& x, int first, int count);
Grid joined_channels(const Grid& a, const Grid& b);
Grid ordered_channels(const Grid& x, const std::vector<std::int64_t>& order);

// One orthonormal 2-D Haar step, as haar() of models/codec_layers.h: (2H,2W,C) to (H,W,4C).
Grid haar_step(const Grid& x);
Grid haar_step_back(const Grid& coefficients);

}  // namespace vqcodec::models
