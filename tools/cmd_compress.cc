// tools/cmd_compress.cc: pictures to .vqc files.
#include <cstdio>
#include <memory>
#include <optional>

#include "codec/codec.h"
#include "codec/image_io.h"
#include "codec/metrics.h"
#include "codec/stage_clock.h"
#include "tools/batch.h"
#include "tools/library/defaults.h"
#include "tools/library/file_io.h"
#include "tools/library/model_store.h"
#include "tools/library/observed_transform.h"
#include "tools/output_file.h"
#include "tools/shared_options.h"

namespace vqcodec::tools {
namespace {

struct CompressArguments {
  BatchOptions batch;
  codec::CompressOptions options;
  std::optional<int> quality;
  codec::Tuning tuning = codec::Tuning::kPsnr;
};

std::string summary_line(const codec::Image& image, std::size_t size_bytes) {
  char text[96];
  std::snprintf(text, sizeof text, "%dx%d, %zu bytes, %.3f bpp", image.width, image.height,
                size_bytes, codec::bits_per_pixel(size_bytes, image));
  return text;
}

int compress_all(const CompressArguments& arguments, const Verbosity& verbosity) {
  library::ModelStore models(arguments.batch.model_path, arguments.tuning);
  const auto compress_one = [&](const Job& job, ThreadSeats& seats, Progress::Job& progress,
                                codec::Timings& timings) {
    codec::StageClock clock(&timings);
    const auto image = clock.time("read picture", [&] {
      return codec::read_image(library::read_file(job.input), arguments.batch.max_pixels);
    });
    const auto* model = clock.time("read model", [&] { return &models.preferred(); });
    auto* networks = clock.time("load networks",
                                [&] { return &models.transform(*model, arguments.batch.device); });
    const ThreadSeats::Seat seat(seats, image.area());
    auto options = arguments.options;
    options.threads = seat.threads();
    options.quality = arguments.quality.value_or(library::default_quality(*model));
    library::ObservedTransform transform(*networks,
                                         [&](double fraction) { progress.advance(fraction); });
    const auto bytes = codec::compress(image, *model, transform, options, &timings);
    clock.time("write", [&] { write_output(job.output, bytes); });
    return summary_line(image, bytes.size());
  };
  return run_batch(arguments.batch, picture_rule("vqc"), verbosity, compress_one);
}

}  // namespace

Command add_compress(CLI::App& program, const Verbosity& verbosity) {
  auto* parser = program.add_subcommand("compress", "pictures (PNG, JPEG, PPM) to .vqc files");
  const auto arguments = std::make_shared<CompressArguments>();
  add_batch_options(*parser, arguments->batch);
  auto& options = arguments->options;
  auto* rate = parser->add_option_group("rate", "how small, how good; one of");
  rate->add_option("-q,--quality", arguments->quality, "1 (smallest) to 8 (best); default 5")
      ->check(CLI::Range(1, 8).description(""))
      ->type_name("N");
  const auto add_target = [&](const char* name, auto& value, const char* type, const char* text) {
    auto positive = CLI::PositiveNumber;
    rate->add_option(name, value, text)->check(positive.description(""))->type_name(type);
  };
  add_target("--target-bpp", options.target_bpp, "BPP", "bits per pixel, at most");
  add_target("--target-size", options.target_size_bytes, "BYTES", "size of the file, at most");
  add_target("--target-psnr", options.target_psnr_db, "DB", "PSNR in RGB, at least");
  rate->require_option(0, 1);
  add_tune_option(*parser, arguments->tuning, "what to keep; default psnr")->excludes("--model");
  parser->add_flag("--strip", options.strip, "leave metadata out");
  return {parser, [arguments, &verbosity] { return compress_all(*arguments, verbosity); }};
}

}  // namespace vqcodec::tools
