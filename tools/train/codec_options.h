// tools/train/codec_options.h: the options of `vqcodec train codec` and their presets.
#pragma once

#include "codec/tuning.h"
#include "models/codec_networks.h"
#include "models/group_quantizer.h"
#include "tools/train/train_command.h"

namespace vqcodec::tools {

struct CodecTrainingOptions {
  TrainingOptions training;
  std::string output, start_from, preset = "photo";
  std::int64_t crop = 128;
  double pattern_share = 0.06;
  std::int64_t polish_steps = 2500;
  double polish_rate = 2e-4;
  std::int64_t codebook_crops = 480, codewords = 256;
  double codebook_price_factor = 0.4, price_factor = 0.35;
  models::Quantization quantization = models::Quantization::kScalar;
  codec::Tuning tuning = codec::Tuning::kPsnr;
  models::CodecOptions codec;
};

void add_codec_options(CLI::App& app, CodecTrainingOptions& options);
void add_quantizer_option(CLI::App& app, models::Quantization& quantization);

// What the preset named in the arguments, or in their TOML file, sets; other options come on top.
// photo: the shape of the model that is built in. vqvae2: that of Razavi et al., arXiv:1906.00446,
// table 1, for the codes of 1024x1024 pictures: strides 32, 16 and 8, 128 hidden channels, two
// residual blocks, codebooks of 512, one rate; what the codec adds stays (groups of channels, each
// with its codebook, and the lapped linear part).
CodecTrainingOptions preset_in(std::vector<std::string> arguments);

}  // namespace vqcodec::tools
