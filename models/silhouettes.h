// models/silhouettes.h: the Caltech-101 silhouettes as their authors distribute them, a MATLAB
// file. Source: Marlin et al., "Inductive Principles for Restricted Boltzmann Machine Learning",
// 2010.
#pragma once

#include "models/image_sets.h"

namespace vqcodec::models {

// Split 1, 28x28: 4100, 2264 and 2307 pictures, 1 (stored as 255) is background; labels 0..100.
// Throws Error(kCorrupt) for a file that is anything else.
ImageSets read_silhouettes(const std::string& path);

}  // namespace vqcodec::models
