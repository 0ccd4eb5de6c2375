// tools/train/train_codebooks.cc: `vqcodec train codebooks`: new codebooks and prior for the user's
// own kind of picture; the networks stay as they are, so nothing old is forgotten.
#include <cstdio>
#include <filesystem>

#include "codec/hex.h"
#include "entropy/error.h"
#include "models/codebook_training.h"
#include "models/inference/codec_transform.h"
#include "models/integer_import.h"
#include "models/prior_model.h"
#include "tools/library/file_io.h"
#include "tools/output_file.h"
#include "tools/train/codebook_report.h"
#include "tools/train/codec_options.h"
#include "tools/train/codec_run.h"
#include "tools/train/prior_phases.h"

namespace vqcodec::tools {

namespace {

namespace fs = std::filesystem;
using namespace models;

constexpr std::int64_t kHealthBatches = 6, kHealthBatch = 8;  // crops whose codes are reported

struct CodebooksOptions {
  PriorTrainingOptions prior;
  std::int64_t codebook_crops = 240;
  Quantization quantization = Quantization::kScalar;
  std::string from, name;

  std::string run() const { return prior.output + ".run"; }
  std::string codebooks() const { return run() + "/codebooks.bin"; }
};

void add_options(CLI::App& app, CodebooksOptions& options) {
  options.prior.training.steps = 1600;
  options.prior.training.batch = 2;
  options.prior.training.learning_rate = 1e-3;
  options.prior.integer_steps = 250;
  options.prior.crops = plain_crops(options.prior.crops.side);
  add_prior_options(app, options.prior);
  add_price_option(app, options.prior);
  app.add_option("--codebook-price-factor", options.prior.codebook_price_factor,
                 "of a bit while codebooks are trained")
      ->capture_default_str();
  app.add_option("--codebook-crops", options.codebook_crops, "crops that codebooks are trained on")
      ->check(CLI::Range(8, 100000))
      ->capture_default_str();
  add_quantizer_option(app, options.quantization);
  app.add_option("--from", options.from, "the model (.vqm) whose networks are kept")->required();
  app.add_option("--name", options.name, "of the new model; default: its file's");
}

// Before the work: are there pictures to train on, and pictures to measure on?
void require_both_parts(const TrainingOptions& options) {
  if (options.hold_out < 2)
    throw Error(ErrorKind::kUsage, "--hold-out ", options.hold_out, ": leaves no picture to ",
                options.hold_out == 0 ? "measure" : "train", " on, expected 2 or more");
  const auto pictures = list_pictures(options.data, /*hold_out=*/0, false).size();
  if (pictures < static_cast<std::size_t>(options.hold_out))
    throw Error(ErrorKind::kResource, options.data, ": has ", pictures, " pictures, expected ",
                options.hold_out, " or more, since every ", options.hold_out,
                "th is measured on; add some or lower --hold-out");
}

// The folder of an interrupted run belongs to one model and one set of options: its codebooks and
// its prior would be wrong for others.
void open_run(const CLI::App& app, const CodebooksOptions& options, const codec::ModelFile& model) {
  const auto path = options.run() + "/codebooks.toml";
  const auto text = "# from " + model.name + ", " + codec::hex(model.fingerprint) + "\n" +
                    app.config_to_str(/*default_also=*/true);
  if (fs::exists(path)) {
    const auto known = library::read_file(path);
    if (std::string(known.begin(), known.end()) != text)
      throw Error(ErrorKind::kUsage, options.run(),
                  ": holds a run with other options; remove it or choose another -o");
  }
  fs::create_directories(options.run());
  write_text(path, text);
}

QuantizedCodec new_codebooks(const codec::ModelFile& model, const CodebooksOptions& options,
                             const Ranks& ranks) {
  if (fs::exists(options.codebooks())) return read_codec(library::read_file(options.codebooks()));
  const auto& prior = options.prior;
  CropDataset crops(list_pictures(prior.training.data, prior.training.hold_out, false),
                    prior.crops);
  const auto old = read_codec(model.networks);
  CodebookTrainingOptions training;
  training.crops = options.codebook_crops;
  training.price_factor = prior.codebook_price_factor;
  training.seed = prior.training.seed;
  training.tuning = model.tuning;
  training.grouping.quantization = options.quantization;
  std::vector<LevelLayout> layouts;
  for (const auto& level : old.quantizers) layouts.push_back(level.front().layout);
  const auto codec =
      train_codebooks(old.networks, crops, training, layouts, [&](int done, int all) {
        if (!ranks.is_first()) return;
        std::printf("codebooks %d of %d\n", done, all);
        std::fflush(stdout);
      });
  if (ranks.is_first()) write_output(options.codebooks(), write_codec(codec));
  return codec;
}

std::vector<torch::Tensor> held_out_crops(const PriorTrainingOptions& options) {
  CropDataset crops(measured_pictures(options), options.crops);
  auto rng = make_rng(options.training.seed, ~std::uint64_t{0});
  std::vector<torch::Tensor> batches;
  for (std::int64_t i = 0; i < kHealthBatches; ++i)
    batches.push_back(crops.batch(kHealthBatch, rng).images);
  return batches;
}

// Measures, trains, measures.
void train_and_report(codec::ModelFile model, const CodebooksOptions& options,
                      const std::vector<torch::Tensor>& held_out, const Ranks& ranks) {
  if (ranks.is_first()) {
    std::puts("held-out pictures, before:");
    const auto old_transform = make_cpu_transform(model.networks, model.tuning);
    measure_model(model, *old_transform, measured_pictures(options.prior));
  }
  const auto before = model.qualities;
  auto codec = new_codebooks(model, options, ranks);
  PriorModel prior(codec, options.prior.price_factor);
  import_contexts(model.prior, prior.levels());
  train_prior_phases(prior, options.prior, options.run(), ranks);
  if (!ranks.is_first()) return;
  model.name = options.name.empty() ? fs::path(options.prior.output).stem().string() : options.name;
  model.networks = write_codec(codec);
  std::puts("held-out pictures, after:");
  const auto transform = make_cpu_transform(model.networks, model.tuning);
  model = write_trained_model(std::move(model), prior, *transform, options.prior);
  print_health(codec, held_out, options.prior.price_factor);
  print_comparison(before, model.qualities);
}

}  // namespace

void train_codebooks_command(std::vector<std::string> arguments, const Ranks& ranks) {
  CLI::App app("new codebooks and prior for another kind of picture", "vqcodec train codebooks");
  CodebooksOptions options;
  add_options(app, options);
  if (!parse_training(app, std::move(arguments))) return;
  require_both_parts(options.prior.training);
  use_threads(options.prior.training.threads);
  torch::manual_seed(options.prior.training.seed);
  auto model = library::naming(options.from,
                               [&] { return codec::read_model(library::read_file(options.from)); });
  const auto held_out = held_out_crops(options.prior);  // refuses small and damaged pictures early
  if (ranks.is_first()) open_run(app, options, model);
  train_and_report(std::move(model), options, held_out, ranks);
}

}  // namespace vqcodec::tools
