// tests/models/small_codec.h: an untrained codec with real codebooks, for tests.
#pragma once

#include "models/codebook_training.h"
#include "models/quantized_codec.h"

namespace vqcodec::models {

class NoisePictures : public Dataset {
 public:
  Batch batch(std::int64_t size, Rng& rng) override {
    const auto coarse = torch::rand({size, 3, 8, 8}, rng, torch::kFloat32);
    return {.images = at::_upsample_bilinear2d_aa(coarse, {64, 64}, false), .labels = {}};
  }
};

inline QuantizedCodec small_codec() {
  torch::manual_seed(2);
  CodecNetworks networks(CodecOptions{.hidden = 8, .blocks = 1, .lambdas = {0.001, 0.02}});
  NoisePictures pictures;
  auto rng = make_rng(1, 1);
  networks->start_from(pictures.batch(8, rng).images);
  CodebookTrainingOptions options;
  options.crops = 32;
  return train_codebooks(networks, pictures, options);
}

}  // namespace vqcodec::models
