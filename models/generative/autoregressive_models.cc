#include "models/generative/pixelcnn.h"
#include "models/generative/registry.h"
#include "models/generative/short_run.h"

namespace vqcodec::models {

namespace {

const RegisteredModel kModels[] = {
    {"pixelcnn", "gated PixelCNN", "arXiv:1606.05328",
     "MNIST or a set distributed like it, drawn binary, or static bits; labels with --classes",
     short_run(4000, 2e-3), make_pixelcnn_factory},
};

}  // namespace

std::span<const RegisteredModel> autoregressive_models() { return kModels; }

}  // namespace vqcodec::models
