// models/integer_import.h: an integer prior back into the float prior, to train on from a model
// file. The inverse of integer_export.h.
#pragma once

#include <vector>

#include "entropy/integer_pixelcnn.h"
#include "models/prior_network.h"

namespace vqcodec::models {

// Weights and biases of contexts and slices; the trees' nodes stay as they are. Throws
// Error(kUnsupported) where the shapes differ.
void import_contexts(const entropy::IntegerPixelCnn& prior, std::vector<PriorNetwork>& levels);

// The trees' nodes as well. Throws Error(kUnsupported) where the trees differ.
void import_prior(const entropy::IntegerPixelCnn& prior, std::vector<PriorNetwork>& levels);

}  // namespace vqcodec::models
