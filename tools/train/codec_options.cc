#include "tools/train/codec_options.h"

#include <algorithm>
#include <map>

#include "tools/shared_options.h"

namespace vqcodec::tools {

void add_codec_options(CLI::App& app, CodecTrainingOptions& options) {
  add_training_options(app, options.training);
  app.add_option("-o,--output", options.output,
                 "the run's folder; an interrupted run goes on there")
      ->required();
  app.add_option("--preset", options.preset, "photo or vqvae2: sets the other options' defaults")
      ->check(CLI::IsMember({"photo", "vqvae2"}))
      ->capture_default_str();
  add_tune_option(app, options.tuning,
                  "the distortion: psnr or ms-ssim (which needs larger crops)");
  app.add_option("--start-from", options.start_from,
                 "weights to start from: transform.pt of another run with the same shape, or with "
                 "fewer blocks");
  app.add_option("--crop", options.crop, "side of a crop, pixels; a multiple of 32")
      ->check(CLI::Range(32, 1024))
      ->capture_default_str();
  app.add_option("--pattern-share", options.pattern_share,
                 "share of crops that show text, checkerboards, noise and the like")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--hidden", options.codec.hidden,
                 "channels of the networks; 0: a linear transform")
      ->capture_default_str();
  app.add_option("--blocks", options.codec.blocks, "residual blocks of each network")
      ->capture_default_str();
  app.add_option("--lambdas", options.codec.lambdas, "distortion's weight for each quality")
      ->capture_default_str();
  app.add_option("--polish-steps", options.polish_steps, "steps of the synthesis on real codes")
      ->capture_default_str();
  app.add_option("--polish-rate", options.polish_rate, "learning rate of these steps")
      ->capture_default_str();
  app.add_option("--codebook-crops", options.codebook_crops,
                 "crops of 256 pixels that codebooks are trained on")
      ->check(CLI::Range(8, 1000000))
      ->capture_default_str();
  app.add_option("--codewords", options.codewords, "of a codebook, at most")
      ->check(CLI::Range(2, 1023))
      ->capture_default_str();
  app.add_option("--codebook-price-factor", options.codebook_price_factor,
                 "of a bit while codebooks are trained")
      ->capture_default_str();
  app.add_option("--price-factor", options.price_factor,
                 "of a bit while codes are assigned with "
                 "order-0 lengths")
      ->capture_default_str();
  add_quantizer_option(app, options.quantization);
}

void add_quantizer_option(CLI::App& app, models::Quantization& quantization) {
  using enum models::Quantization;
  const std::map<std::string, models::Quantization> names = {{"vector", kVector},
                                                             {"scalar", kScalar}};
  app.add_option("--quantizer", quantization,
                 "scalar: codebooks of one channel each; vector: of as many as 256 codewords cover")
      ->transform(CLI::CheckedTransformer(names).description(""))
      ->type_name("NAME")
      ->default_str(quantization == kVector ? "vector" : "scalar");
}

CodecTrainingOptions preset_in(std::vector<std::string> arguments) {
  CodecTrainingOptions options;
  CLI::App app;
  app.add_option("--preset", options.preset);
  add_tune_option(app, options.tuning, "");
  app.set_help_flag();
  app.set_config("--config");
  app.allow_extras();
  app.allow_config_extras(CLI::config_extras_mode::ignore_all);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError&) {
    return options;  // the command's own parser says what is wrong
  }
  options.training.steps = 40000;
  options.codec.blocks = 5;
  if (options.preset == "vqvae2") {
    options.codec.blocks = 2;
    options.codec.lambdas = {0.0035};
    options.codewords = 512;
    options.quantization = models::Quantization::kVector;
  }
  if (options.tuning == codec::Tuning::kMsSsim) {
    options.crop = 192;  // five scales of an 11x11 window
    options.training.batch = 4;
  }
  return options;
}

}  // namespace vqcodec::tools
