// models/set_files.h: single files of picture sets, gzipped or not.
// Each throws Error, naming file, what was found and what was expected: (kResource) where it cannot
// be opened, (kCorrupt) where it is cut or something else.
#pragma once

#include "models/image_sets.h"

namespace vqcodec::models {

// The IDX format of MNIST: unsigned bytes as uint8, 16-bit numbers as int64.
torch::Tensor read_idx(const std::string& path);

// 28x28 bits a picture, row by row, the first pixel in the top bit: (N,1,28,28), 0 and 255.
torch::Tensor read_bits(const std::string& path);

// CIFAR-10's binary version: a label, then 32x32 bytes each of red, green and blue.
ImageSet read_cifar(const std::string& path);

}  // namespace vqcodec::models
