#include "tools/train/codec_run.h"

#include <cstdio>

#include "codec/codec.h"
#include "codec/image_io.h"
#include "codec/metrics.h"
#include "tools/library/file_io.h"
#include "tools/shared_options.h"
#include "tools/train/train_command.h"

namespace vqcodec::tools {

codec::Tuning tuning_of(const CodecRun& run) {
  CLI::App app;
  auto tuning = codec::Tuning::kPsnr;
  add_tune_option(app, tuning, "");
  app.set_config("--config");
  app.allow_config_extras(CLI::config_extras_mode::ignore_all);
  parse_training(app, {"--config", run.configuration()});
  return tuning;
}

void measure_model(codec::ModelFile& model, codec::Transform& transform,
                   const std::vector<std::string>& pictures) {
  for (std::size_t q = 0; q < model.qualities.size(); ++q) {
    codec::CompressOptions options;
    options.quality = static_cast<int>(q + 1);
    double rate = 0, psnr = 0;
    for (const auto& path : pictures) {
      const auto image =
          library::naming(path, [&] { return codec::read_image(library::read_file(path)); });
      const auto bytes = codec::compress(image, model, transform, options);
      const auto restored = codec::decompress(bytes, model, transform, {});
      rate += 8.0 * static_cast<double>(bytes.size()) / static_cast<double>(image.area());
      psnr += codec::psnr_rgb_db(image, restored);
    }
    const auto count = static_cast<double>(pictures.size());
    model.qualities[q].rate_bpp = rate / count;
    model.qualities[q].psnr_db = psnr / count;
    std::printf("quality %zu: %.4f bpp, %.3f dB\n", q + 1, rate / count, psnr / count);
    std::fflush(stdout);
  }
}

}  // namespace vqcodec::tools
