// tools/train/train_codebooks.cc: `vqcodec train codebooks`: new codebooks and prior for the user's
// own kind of picture; the networks stay as they are, so nothing old is forgotten.
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "codec/bd_rate.h"
#include "models/codebook_training.h"
#include "models/image_dataset.h"
#include "models/integer_import.h"
#include "tools/file_io.h"
#include "tools/train/codec_run.h"
#include "tools/train/prior_phases.h"

namespace vqcodec::tools {

namespace {

using namespace models;

constexpr std::int64_t kStatisticsSide = 256;  // pixels of the crops codebooks are trained on

QuantizedCodec new_codebooks(const QuantizedCodec& old, const PriorTrainingOptions& options) {
  CropDataset crops(list_pictures(options.training.data, options.training.hold_out, false),
                    {.side = kStatisticsSide, .shrink_share = 0});
  CodebookTrainingOptions training;
  training.price_factor = options.codebook_price_factor;
  training.seed = options.training.seed;
  std::vector<LevelLayout> layouts;
  for (const auto& level : old.quantizers) layouts.push_back(level.front().layout);
  return train_codebooks(old.networks, crops, training, layouts);
}

// Health of the codebooks: how many codewords there are and how evenly they are used.
void report_usage(const QuantizedCodec& codec) {
  std::puts("quality  level  groups  codewords  perplexity (mean, most)");
  for (std::size_t q = 0; q < codec.quantizers.front().size(); ++q)
    for (std::size_t l = 0; l < codec.quantizers.size(); ++l) {
      const auto& groups = codec.quantizers[l][q].groups;
      double sum = 0, most = 0;
      std::int64_t words = 0;
      for (const auto& group : groups) {
        const auto bits = group.codebook.length_bits;
        const double perplexity = std::exp2((torch::exp2(-bits) * bits).sum().item<double>());
        sum += perplexity;
        most = std::max(most, perplexity);
        words += group.codebook.size();
      }
      std::printf("%7zu  %5zu  %6zu  %9lld  %.1f, %.1f\n", q + 1, l, groups.size(),
                  static_cast<long long>(words), sum / static_cast<double>(groups.size()), most);
    }
}

std::vector<codec::CurvePoint> curve(const codec::ModelFile& model) {
  std::vector<codec::CurvePoint> points;
  for (const auto& quality : model.qualities) points.push_back({quality.rate_bpp, quality.psnr_db});
  return points;
}

}  // namespace

void train_codebooks_command(std::vector<std::string> arguments) {
  CLI::App app("new codebooks and prior for another kind of picture", "vqcodec train codebooks");
  PriorTrainingOptions options;
  options.training.steps = 2000;
  options.training.batch = 4;
  options.training.learning_rate = 5e-4;
  std::string from;
  add_prior_options(app, options);
  app.add_option("--codebook-price-factor", options.codebook_price_factor,
                 "of a bit while codebooks are trained")
      ->capture_default_str();
  app.add_option("--from", from, "the model (.vqm) whose networks are kept")->required();
  if (!parse_training(app, std::move(arguments))) return;
  use_threads(options.training.threads);
  torch::manual_seed(options.training.seed);

  auto model = codec::read_model(read_file(from));
  std::puts("held-out pictures, before:");
  measure_model(model, measured_pictures(options));
  const auto before = curve(model);
  auto codec = new_codebooks(read_codec(model.networks), options);
  report_usage(codec);
  codec.networks->compute_in(fast_type(torch::kCPU));
  PriorModel prior(codec, options.price_factor);
  import_contexts(model.prior, prior.levels());
  prior.compute_in(fast_type(torch::kCPU));
  train_prior_phases(prior, options, options.output + ".run");
  model.name += "+";
  model.networks = write_codec(codec);
  std::puts("held-out pictures, after:");
  const auto after = curve(write_trained_model(std::move(model), prior, options));
  std::printf("rate at equal PSNR: %+.2f %%\n", codec::bd_rate(before, after));
}

}  // namespace vqcodec::tools
