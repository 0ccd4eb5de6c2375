// tools/cmd_decompress.cc: .vqc files to PNG or PPM.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <memory>

#include "codec/codec.h"
#include "codec/image_io.h"
#include "codec/picture_synthesis.h"
#include "codec/stage_clock.h"
#include "entropy/error.h"
#include "tools/batch.h"
#include "tools/evaluate/formatted.h"
#include "tools/library/deferred_transform.h"
#include "tools/library/file_io.h"
#include "tools/library/model_store.h"
#include "tools/library/observed_transform.h"
#include "tools/output_file.h"
#include "tools/shared_options.h"

namespace vqcodec::tools {
namespace {

struct DecompressArguments {
  BatchOptions batch;
  codec::DecompressOptions options;
  std::string crop;
  std::string format;  // "png" or "ppm"; empty: by the output's name
};

codec::Rectangle parse_crop(const std::string& text) {
  codec::Rectangle crop;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%d,%d,%d,%d%c", &crop.x, &crop.y, &crop.width, &crop.height,
                  &rest) != 4)
    throw Error(ErrorKind::kUsage, "--crop: found ", text, ", expected X,Y,WIDTH,HEIGHT");
  return crop;
}

std::string format_of(const std::string& output, const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  if (output == library::kStandardStream) return "png";
  const auto extension = std::filesystem::path(output).extension().string();
  if (extension == ".ppm" || extension == ".pgm") return "ppm";
  if (extension == ".png" || std::filesystem::is_other(output)) return "png";  // or a device
  throw Error(ErrorKind::kUsage, "the output ", output, " is neither .png nor .ppm; see --format");
}

std::uint64_t pixels_to_decode(const codec::FileSummary& file,
                               const std::optional<codec::Rectangle>& crop) {
  const auto area = [](int width, int height) {
    return static_cast<std::uint64_t>(std::max(width, 0)) *
           static_cast<std::uint64_t>(std::max(height, 0));
  };
  return crop ? area(crop->width, crop->height) : area(file.width, file.height);
}

std::string size_of(int width, int height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

void write_picture(const std::string& path, const codec::Image& image, const std::string& format) {
  OutputFile file(path);
  const auto sink = [&](auto bytes) { file.write(bytes); };
  format == "ppm" ? codec::write_ppm(image, sink) : codec::write_png(image, sink);
  file.commit();
}

int decompress_all(const DecompressArguments& arguments, const Verbosity& verbosity) {
  library::ModelStore models(arguments.batch.model_path);
  auto options = arguments.options;
  options.max_pixels = arguments.batch.max_pixels;
  if (!arguments.crop.empty()) options.crop = parse_crop(arguments.crop);
  const NameRule rule{.from = {"vqc"}, .to = arguments.format.empty() ? "png" : arguments.format};

  const auto decompress_one = [&](const Job& job, ThreadSeats& seats, Progress::Job& progress,
                                  codec::Timings& timings) {
    codec::StageClock clock(&timings);
    const auto format = format_of(job.output, arguments.format);
    const auto start = std::chrono::steady_clock::now();
    const library::MappedFile input(job.input);
    const auto bytes = input.bytes();
    const auto file = clock.time("read file", [&] { return codec::inspect(bytes); });
    const auto* model =
        clock.time("read model", [&] { return &models.with_fingerprint(file.fingerprint); });
    const ThreadSeats::Seat seat(seats, pixels_to_decode(file, options.crop));
    auto own = options;
    own.threads = seat.threads();
    // The codes are decoded meanwhile; synthesis waits for it.
    library::DeferredTransform networks(std::async(std::launch::async, [&, model] {
      auto& made = models.transform(*model, arguments.batch.device);
      if (!own.crop) codec::prepare_synthesis(made, file.width, file.height, own.threads);
      return &made;
    }));
    library::ObservedTransform transform(networks,
                                         [&](double fraction) { progress.advance(fraction); });
    const auto image = codec::decompress(bytes, *model, transform, own, &timings);
    clock.time("write picture", [&] { write_picture(job.output, image, format); });
    if (image.width == file.width && image.height == file.height && options.levels == 0)
      return size_of(image.width, image.height);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return formatted("%s of %s, %llu of %zu bytes read, %.2f s",
                     size_of(image.width, image.height).c_str(),
                     size_of(file.width, file.height).c_str(),
                     static_cast<unsigned long long>(codec::bytes_read(bytes, networks, own)),
                     bytes.size(), seconds.count());
  };
  return run_batch(arguments.batch, rule, verbosity, decompress_one);
}

}  // namespace

Command add_decompress(CLI::App& program, const Verbosity& verbosity) {
  auto* parser = program.add_subcommand("decompress", ".vqc files to pictures (PNG, PPM)");
  const auto arguments = std::make_shared<DecompressArguments>();
  add_batch_options(*parser, arguments->batch);
  parser
      ->add_option("--levels", arguments->options.levels,
                   "decode only the first N levels: a coarse picture")
      ->check(CLI::Range(1, 16).description(""))
      ->type_name("N");
  parser->add_option("--crop", arguments->crop, "decode only this part")
      ->type_name("X,Y,WIDTH,HEIGHT");
  parser->add_option("--format", arguments->format, "whatever the output's name")
      ->check(CLI::IsMember({"png", "ppm"}).description(""))
      ->type_name("png|ppm");
  return {parser, [arguments, &verbosity] { return decompress_all(*arguments, verbosity); }};
}

}  // namespace vqcodec::tools
