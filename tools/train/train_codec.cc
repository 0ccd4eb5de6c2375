// tools/train/train_codec.cc: `vqcodec train codec`: phases 1 to 3 of the codec's training.
#include <cstdio>
#include <filesystem>

#include "codec/metrics.h"
#include "entropy/error.h"
#include "models/checkpoint.h"
#include "models/codebook_training.h"
#include "models/device.h"
#include "models/image_dataset.h"
#include "models/trainer.h"
#include "tools/library/file_io.h"
#include "tools/output_file.h"
#include "tools/train/codec_options.h"
#include "tools/train/codec_run.h"

namespace vqcodec::tools {

namespace {

namespace fs = std::filesystem;
using namespace models;

constexpr std::int64_t kStatisticsSide = 256;  // pixels of the crops that statistics are taken from

void train_transform(CodecModel& model, const CodecTrainingOptions& options, const CodecRun& run,
                     const std::vector<std::string>& paths, const Ranks& ranks) {
  CropDataset crops(paths, {.side = options.crop, .pattern_share = options.pattern_share});
  const auto device = find_device(options.training.device, ranks.rank());
  model.to(device);
  model.compute_in(fast_type(device));
  train(model, crops,
        {.steps = options.training.steps,
         .batch = options.training.batch,
         .learning_rate = options.training.learning_rate,
         .seed = options.training.seed,
         .run_folder = run.transform()},
        {}, {}, ranks);
  model.to(torch::kCPU);
  model.compute_in(fast_type(torch::kCPU));
  if (ranks.is_first()) save_weights(run.weights(), model);
}

// Every rank makes them, to the same numbers, which is as fast as to wait for the first.
void train_all_codebooks(CodecModel& model, const CodecTrainingOptions& options,
                         const CodecRun& run, Dataset& crops, const Ranks& ranks) {
  CodebookTrainingOptions training;
  training.crops = options.codebook_crops;
  training.price_factor = options.codebook_price_factor;
  training.grouping.codewords = options.codewords;
  training.grouping.quantization = options.quantization;
  training.tuning = options.tuning;
  training.seed = options.training.seed;
  const auto codec = train_codebooks(model.networks(), crops, training, {}, [&](int done, int all) {
    if (!ranks.is_first()) return;
    std::printf("codebooks %d of %d\n", done, all);
    std::fflush(stdout);
  });
  if (ranks.is_first()) write_output(run.codebooks(), write_codec(codec));
}

void polish(CodecModel& model, const CodecTrainingOptions& options, const CodecRun& run,
            const std::vector<std::string>& paths, const Ranks& ranks) {
  auto codec = library::naming(run.codebooks(),
                               [&] { return read_codec(library::read_file(run.codebooks())); });
  codec.networks = model.networks();
  model.polish_with(codec, options.price_factor);
  const auto device = find_device(options.training.device, ranks.rank());
  model.to(device);
  model.compute_in(fast_type(device));
  codec.to(device);
  CropDataset crops(paths, {.side = options.crop, .pattern_share = options.pattern_share});
  train(model, crops,
        {.steps = options.polish_steps,
         .batch = options.training.batch,
         .learning_rate = options.polish_rate,
         .decay_start = 0.3,
         .seed = options.training.seed + 1,
         .run_folder = run.polish()},
        {}, {}, ranks);
  codec.to(torch::kCPU);
  if (ranks.is_first()) write_output(run.codec(), write_codec(codec));
}

}  // namespace

void train_codec(std::vector<std::string> arguments, const Ranks& ranks) {
  CLI::App app("transform, codebooks and synthesis of the codec", "vqcodec train codec");
  auto options = preset_in(arguments);
  add_codec_options(app, options);
  if (!parse_training(app, std::move(arguments))) return;
  if (options.crop % kCoarsestStride != 0)
    throw Error(ErrorKind::kUsage, "--crop ", options.crop, " is no multiple of ", kCoarsestStride);
  if (options.tuning == codec::Tuning::kMsSsim && options.crop < codec::kMsSsimMinSide)
    throw Error(ErrorKind::kUsage, "--crop ", options.crop, ": MS-SSIM wants at least ",
                codec::kMsSsimMinSide, " pixels; 192 is the least multiple of ", kCoarsestStride);
  use_threads(options.training.threads);
  torch::manual_seed(options.training.seed);
  const CodecRun run{options.output};
  fs::create_directories(run.folder);
  if (ranks.is_first()) write_text(run.configuration(), app.config_to_str(/*default_also=*/true));

  const auto paths = list_pictures(options.training.data, options.training.hold_out, false);
  CropDataset statistics(paths, {.side = kStatisticsSide, .shrink_share = 0});
  auto rng = make_rng(options.training.seed, ~std::uint64_t{0});
  CodecModel model(options.codec, options.tuning);
  if (options.start_from.empty())
    model.start_from(statistics.batch(48, rng).images);
  else
    load_weights(options.start_from, model, {".blocks."});
  train_transform(model, options, run, paths, ranks);
  if (!fs::exists(run.codebooks())) train_all_codebooks(model, options, run, statistics, ranks);
  ranks.meet();  // The codebooks are there to be read.
  polish(model, options, run, paths, ranks);
}

}  // namespace vqcodec::tools
