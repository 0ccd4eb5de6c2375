// tools/train/train_code_prior.cc: `vqcodec train code-prior`: a trained VQ-VAE becomes a codec:
// its networks, and the codec's tree prior trained on its codes, as a `.vqm`; and what its codes
// take.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numbers>

#include "codec/codec.h"
#include "entropy/error.h"
#include "models/generative/vq_vae_bytes.h"
#include "models/generative/vq_vae_prior.h"
#include "models/generative/vq_vae_transform.h"
#include "models/picture_grid.h"
#include "models/prior_report.h"
#include "tools/evaluate/formatted.h"
#include "tools/output_file.h"
#include "tools/train/model_run.h"
#include "tools/train/prior_phases.h"

namespace vqcodec::tools {

namespace {

using namespace models;

constexpr std::int64_t kCounted = 32, kCountedBatch = 32;  // batches that codewords' uses are from
constexpr std::int64_t kMostTested = 500;                  // of the run's own pictures

// Bits of the codes of each of some pictures, by what writes them.
struct Rates {
  std::vector<double> pixels;
  // Ideal lengths; the slices of `.vqc` files; all their bytes.
  std::map<std::string, std::vector<double>> bits;
};

// picture: (1,3,H,W).
void add_rates(VqVaePrior& prior, const codec::ModelFile& model, codec::Transform& transform,
               const torch::Tensor& picture, Rates& rates) {
  LevelBits codes;
  for (const auto& level : measure_prior(prior, model.prior, picture, /*quality=*/0))
    codes += level;
  const auto image = picture_grid(picture, 1);
  const auto bytes = codec::compress(image, model, transform, {.quality = 1});
  double payload = 0;
  for (const auto& level : codec::inspect(bytes).levels)
    payload += 8 * static_cast<double>(level.size_bytes);
  rates.pixels.push_back(static_cast<double>(image.area()));
  rates.bits["fixed_length"].push_back(codes.fixed_length);
  rates.bits["order0"].push_back(codes.order0);
  rates.bits["tree_prior"].push_back(codes.integer_prior);
  rates.bits["payload"].push_back(payload);
  rates.bits["file"].push_back(8 * static_cast<double>(bytes.size()));
}

// Bits by the priors that the model was trained with, for pictures of the size that it was.
std::vector<double> bits_by_own_priors(VqVae& trained, VqVae& coder, const Batch& batch) {
  torch::NoGradGuard no_grad;
  const auto codes = coder.codes_of(batch.images);
  auto nats = torch::zeros({batch.images.size(0)}, torch::kFloat64);
  for (std::int64_t l = 0; l < trained.levels(); ++l)
    nats -= trained.code_log_prob(codes, l, batch.labels);
  const auto bits = (nats / std::numbers::ln2).contiguous();
  return {bits.data_ptr<double>(), bits.data_ptr<double>() + bits.numel()};
}

// Bits of all pictures over their pixels, a line for each way to write them. The standard error is
// the ratio estimator's: pictures differ in size.
std::string lines_of(const std::string& pictures, const Rates& rates) {
  const auto pixels = torch::tensor(rates.pixels, torch::kFloat64);
  std::string lines;
  for (const auto& [way, of_each] : rates.bits) {
    const auto bits = torch::tensor(of_each, torch::kFloat64);
    const auto rate = bits.sum() / pixels.sum();
    const auto n = static_cast<double>(of_each.size());
    const double error =
        n > 1 ? ((bits - rate * pixels).std() / pixels.mean()).item<double>() / std::sqrt(n) : 0;
    lines += pictures + "," + way + formatted(",%.6g", rate.item<double>()) +
             formatted(",%.3g", error) + "\n";
  }
  return lines;
}

// Whole photographs, and the run's own test pictures: there its own priors can be asked too.
void report_rates(VqVae& trained, VqVae& coder, VqVaePrior& prior, const codec::ModelFile& model,
                  codec::Transform& transform, const std::vector<std::string>& photographs,
                  const Batch& tested, const std::string& csv) {
  Rates whole, small;
  for (const auto& path : photographs)
    add_rates(prior, model, transform, load_picture(path).unsqueeze(0).to(torch::kFloat32) / 255,
              whole);
  for (std::int64_t i = 0; i < tested.images.size(0); ++i)
    add_rates(prior, model, transform, tested.images.slice(0, i, i + 1), small);
  small.bits["own_prior"] = bits_by_own_priors(trained, coder, tested);
  const auto table = "pictures,way,bits_a_pixel,standard_error\n" + lines_of("photographs", whole) +
                     lines_of("test", small);
  write_text(csv, table);
  std::fputs(table.c_str(), stdout);
}

TreeQuantizers counted_quantizers(VqVae& coder, const PriorTrainingOptions& options) {
  CropDataset crops(list_pictures(options.training.data, options.training.hold_out, false),
                    options.crops);
  auto rng = make_rng(options.training.seed, ~std::uint64_t{0});
  std::vector<torch::Tensor> batches;
  for (std::int64_t i = 0; i < kCounted; ++i)
    batches.push_back(crops.batch(kCountedBatch, rng).images);
  return tree_quantizers(coder, batches);
}

codec::ModelFile describe(const VqVae& model, const std::string& name) {
  codec::ModelFile file;
  file.name = name;
  file.description = "VQ-VAE, levels: " + std::to_string(model.levels()) +
                     ", codewords: " + std::to_string(model.codebook(0)->size());
  file.coarsest_stride = static_cast<int>(model.stride(0));
  file.qualities = {{}};
  file.networks = write_vq_vae(model);
  return file;
}

void train_on(FinishedModel& finished, VqVae& trained, const PriorTrainingOptions& options,
              const std::string& name, const Ranks& ranks) {
  const auto tested = pictures_for(finished, /*folder=*/"", "test", kMostTested);
  auto file = describe(trained, name);
  const auto coder = read_vq_vae(file.networks);
  auto quantizers = counted_quantizers(*coder, options);
  VqVaePrior prior(*coder, quantizers);
  const auto folder = options.output + ".run";
  train_prior_phases(prior, options, folder, ranks);
  if (!ranks.is_first()) return;
  const auto transform = make_vq_vae_transform(coder);
  file = write_trained_model(std::move(file), prior, *transform, options);
  report_rates(trained, *coder, prior, file, *transform, measured_pictures(options), tested,
               folder + "/rates.csv");
}

}  // namespace

void train_code_prior(std::vector<std::string> arguments, const Ranks& ranks) {
  CLI::App app("the codec's prior on the codes of a trained VQ-VAE, and the model file",
               "vqcodec train code-prior");
  PriorTrainingOptions options;
  options.training.steps = 2000;
  options.training.learning_rate = 1e-3;
  options.crops.side = 64;
  options.integer_steps = 300;
  std::string from, name = "vq-vae";
  add_prior_options(app, options);
  app.add_option("--from", from, "folder of a run of train vq-vae or train vqvae2")->required();
  app.add_option("--name", name, "of the model")->capture_default_str();
  if (!parse_training(app, std::move(arguments))) return;
  use_threads(options.training.threads);
  torch::manual_seed(options.training.seed);
  auto finished = open_run(from);
  auto* trained = dynamic_cast<VqVae*>(finished.model.get());
  if (!trained)
    throw Error(ErrorKind::kUsage, from, ": is a run of ", finished.arguments.kind->name,
                ", expected one of vq-vae or vqvae2");
  std::filesystem::create_directories(options.output + ".run");
  if (ranks.is_first())
    write_text(options.output + ".run/code-prior.toml", app.config_to_str(/*default_also=*/true));
  train_on(finished, *trained, options, name, ranks);
}

}  // namespace vqcodec::tools
