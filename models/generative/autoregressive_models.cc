#include "models/generative/code_map_sequences.h"
#include "models/generative/colorization.h"
#include "models/generative/markov_sequences.h"
#include "models/generative/pixelcnn.h"
#include "models/generative/registry.h"
#include "models/generative/short_run.h"
#include "models/generative/wavenet.h"

namespace vqcodec::models {

namespace {

TrainerOptions small_batches(TrainerOptions options) {
  options.batch = 32;
  return options;
}

const RegisteredModel kModels[] = {
    {"pixelcnn", "gated PixelCNN", "arXiv:1606.05328",
     "MNIST or a set distributed like it, drawn binary, or static bits; labels with --classes",
     short_run(4000, 2e-3), make_pixelcnn_factory},
    {"pixel-snail", "gated PixelCNN with causal attention", "arXiv:1712.09763",
     "MNIST or a set distributed like it, drawn binary, or static bits; labels with --classes",
     small_batches(short_run(6000, 2e-3)), make_pixel_snail_factory},
    {"wavenet", "dilated causal convolutions over the pixels in raster order", "arXiv:1609.03499",
     "MNIST or a set distributed like it, drawn binary or in grey levels, or static bits",
     small_batches(short_run(6000, 2e-3)), make_wavenet_factory},
    {"markov-wavenet", "the same, on sequences from a Markov source that is known",
     "arXiv:1609.03499", "makes its own sequences", small_batches(short_run(2000, 3e-3)),
     make_markov_wavenet_factory},
    {"code-map-wavenet", "the same, on code maps of pictures: their patches' nearest codewords",
     "arXiv:1609.03499", "pictures whose sides are multiples of --patch",
     small_batches(short_run(4000, 3e-3)), make_code_map_wavenet_factory},
    {"colorization", "colours given luminance, through a latent map of segments",
     "arXiv:1603.06668", "colour pictures of 32x32", short_run(3000, 5e-3),
     make_colorization_factory},
};

}  // namespace

std::span<const RegisteredModel> autoregressive_models() { return kModels; }

}  // namespace vqcodec::models
