// tools/evaluate/command.cc: rate and distortion over a set of pictures, beside other codecs.
#include <cstdio>
#include <filesystem>
#include <memory>

#include "codec/codec.h"
#include "codec/hex.h"
#include "entropy/error.h"
#include "tools/evaluate/evaluation.h"
#include "tools/evaluate/option_lists.h"
#include "tools/evaluate/summary.h"
#include "tools/exit_code.h"
#include "tools/input_list.h"
#include "tools/model_store.h"
#include "tools/output_file.h"
#include "tools/shared_options.h"

namespace vqcodec::tools {
namespace {

struct EvaluateArguments {
  std::vector<std::string> inputs;
  std::string qualities;  // empty: all of the model
  std::string against;    // empty: all peers
  std::string metrics = "psnr,ms-ssim";
  std::string model_path;
  std::string device = "auto";
  std::string report_folder;
  int threads = 0;
};

// In the peers' shape, so that one loop measures all. Borrows model and networks.
EvaluatedCodec our_codec(const codec::ModelFile& model, codec::Transform& networks, int threads,
                         std::vector<double> qualities) {
  return {.codec = {.name = "vqcodec",
                    .settings = model.name,
                    .encode =
                        [&model, &networks, threads](const codec::Image& image, double quality) {
                          return codec::compress(
                              image, model, networks,
                              {.quality = static_cast<int>(quality), .threads = threads});
                        },
                    .decode =
                        [&model, &networks, threads](std::span<const std::uint8_t> bytes) {
                          return codec::decompress(bytes, model, networks, {.threads = threads});
                        },
                    .sweep = std::move(qualities)},
          .model = codec::hex(model.fingerprint)};
}

std::vector<std::string> picture_paths(const std::vector<std::string>& inputs) {
  std::vector<std::string> paths;
  for (const auto& job : list_jobs({.inputs = inputs, .recursive = true}, picture_rule(""))) {
    if (job.refusal) throw Error(job.refusal->kind(), job.input, ": ", job.refusal->what());
    paths.push_back(job.input);
  }
  return paths;
}

void evaluate_all(const EvaluateArguments& arguments, const Verbosity& verbosity) {
  const auto metrics = listed_metrics(arguments.metrics);
  std::vector<EvaluatedCodec> codecs;
  for (auto& peer : listed_peers(arguments.against)) codecs.push_back({std::move(peer), {}});
  const auto pictures = picture_paths(arguments.inputs);
  const int threads = thread_count(arguments.threads);
  const std::filesystem::path folder = arguments.report_folder;
  ModelStore models(arguments.model_path);
  const auto& model = models.preferred();
  auto qualities = listed_qualities(arguments.qualities, static_cast<int>(model.qualities.size()));
  auto& networks = models.transform(model, arguments.device, threads);
  codecs.insert(codecs.begin(), our_codec(model, networks, threads, std::move(qualities)));

  PointStore store;
  if (!folder.empty()) {
    std::filesystem::create_directories(folder);
    store = PointStore((folder / "points.csv").string());
  }
  Progress progress(pictures.size(), !verbosity.quiet);
  const auto evaluation = evaluate(codecs, pictures, metrics, store, progress);
  const EvaluationReport report{.model_name = model.name,
                                .model = codecs.front().model,
                                .pictures = pictures.size(),
                                .threads = threads,
                                .metrics = metrics,
                                .curves = evaluation.curves};
  std::fputs(as_text(report).c_str(), stdout);
  if (!folder.empty()) {
    const auto json = as_json(report);
    write_output((folder / "summary.json").string(),
                 {reinterpret_cast<const std::uint8_t*>(json.data()), json.size()});
  }
  if (!verbosity.quiet)
    std::fprintf(stderr, "%zu pictures: %zu points measured, %zu known before\n", pictures.size(),
                 evaluation.measured, evaluation.kept);
}

}  // namespace

Command add_evaluate(CLI::App& program, const Verbosity& verbosity) {
  auto* parser = program.add_subcommand("evaluate", "rate and distortion over pictures");
  const auto arguments = std::make_shared<EvaluateArguments>();
  const auto add = [&](const char* name, std::string& value, const char* type, const char* text) {
    return parser->add_option(name, value, text)->type_name(type);
  };
  parser->add_option("PICTURES", arguments->inputs, "PNG, JPEG or PPM; folders with all in them")
      ->required()
      ->type_name("");
  add("--qualities", arguments->qualities, "LIST", "1-8 or 2,4,6; default all of the model");
  add("--against", arguments->against, "LIST", "jpeg,webp; default both, where the build has them");
  add("--metrics", arguments->metrics, "LIST", "some of psnr,ms-ssim,ssim; default psnr,ms-ssim");
  add("-o,--output", arguments->report_folder, "DIR",
      "write points.csv and summary.json; points that are there are not measured again");
  add("--device", arguments->device, "NAME", "where the networks run: auto, cpu or cuda")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}).description(""));
  add_model_option(*parser, arguments->model_path);
  add_thread_option(*parser, arguments->threads);
  return {parser, [arguments, &verbosity] {
            return exit_code_of("", [&] { evaluate_all(*arguments, verbosity); });
          }};
}

}  // namespace vqcodec::tools
