// codec/model_check.h: the two halves of a model against each other.
#pragma once

#include "codec/model_file.h"
#include "codec/transform.h"

namespace vqcodec::codec {

// A model file names its levels and stride for the codec, its networks have theirs. Where they
// differ the code maps are not those that the networks expect. Throws Error(kCorrupt).
void check_networks(const ModelFile& model, const Transform& transform);

}  // namespace vqcodec::codec
