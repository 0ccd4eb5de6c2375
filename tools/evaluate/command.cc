// tools/evaluate/command.cc: rate and distortion over a set of pictures, beside other codecs.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "codec/hex.h"
#include "entropy/error.h"
#include "tools/evaluate/arguments.h"
#include "tools/evaluate/decomposition_tables.h"
#include "tools/evaluate/evaluation.h"
#include "tools/evaluate/option_lists.h"
#include "tools/evaluate/own_models.h"
#include "tools/evaluate/summary.h"
#include "tools/exit_code.h"
#include "tools/input_list.h"
#include "tools/library/defaults.h"
#include "tools/output_file.h"
#include "tools/shared_options.h"

namespace vqcodec::tools {
namespace {

std::vector<EvaluatedCodec> all_codecs(const OwnModels& own, std::vector<codec::PeerCodec> peers) {
  auto codecs = own.as_codecs();
  for (auto& peer : peers) {
    const auto name = peer.name;
    codecs.push_back({.codec = std::move(peer), .shown_name = name, .model = {}});
  }
  if (codecs.empty()) throw Error(ErrorKind::kUsage, "found no codec to evaluate, expected one");
  return codecs;
}

struct PictureList {
  std::vector<std::string> paths;
  int exit_code = 0;               // of the first input that is none, which has been reported,
  std::size_t before_refused = 0;  // and how many paths came before it
};

// A folder within is looked through as well, but not the report's own: its plots are no pictures.
PictureList listed_pictures(const std::vector<std::string>& inputs, const std::string& report) {
  const auto own = std::filesystem::weakly_canonical(report);
  const auto is_own = [&](const std::string& path) {
    const auto whole = std::filesystem::weakly_canonical(path);
    return !report.empty() && std::ranges::mismatch(own, whole).in1 == own.end();
  };
  PictureList list;
  for (const auto& job : list_jobs({.inputs = inputs, .recursive = true}, picture_rule(""))) {
    if (job.input == "-") throw Error(ErrorKind::kUsage, "-: evaluate reads files, more than once");
    if (is_own(job.input)) continue;
    if (!job.refusal) {
      list.paths.push_back(job.input);
      continue;
    }
    const int exit_code = tools::report(std::make_exception_ptr(*job.refusal), job.input);
    if (list.exit_code != 0) continue;
    list.exit_code = exit_code;
    list.before_refused = list.paths.size();
  }
  return list;
}

PointStore open_store(const EvaluateArguments& arguments, std::span<const EvaluatedCodec> codecs,
                      std::span<const std::string> pictures) {
  if (arguments.report_folder.empty()) return {};
  const std::filesystem::path folder = arguments.report_folder;
  if (std::filesystem::exists(folder) && !std::filesystem::is_directory(folder))
    throw Error(ErrorKind::kUsage, folder.string(), ": is a file, expected a folder");
  std::filesystem::create_directories(folder);
  if (arguments.force)  // What the new run may not write again must not lie beside it.
    for (const char* name :
         {"decomposition.jsonl", "decomposition.json", "summary.txt", "summary.json", "report.html",
          "psnr.svg", "psnr.png", "ms-ssim.svg", "ms-ssim.png"})
      std::filesystem::remove(folder / name);
  const auto old_points = arguments.force    ? OldPoints::kForgotten
                          : arguments.resume ? OldPoints::kKept
                                             : OldPoints::kOfThisRun;
  return {(folder / "points.csv").string(), old_points, asked_points(codecs, pictures)};
}

EvaluationReport report_of(const OwnModels& own, const Evaluation& evaluation,
                           const ReportPlan& plan, int threads,
                           const codec::MetricChoice& metrics) {
  EvaluationReport report{.models = {},
                          .pictures = evaluation.pictures.size(),
                          .threads = threads,
                          .metrics = metrics,
                          .curves = evaluation.curves,
                          .published = plan.published};
  for (const auto& model : own.all())
    report.models.push_back({model.model->name, codec::hex(model.model->fingerprint)});
  return report;
}

Decompositions decompose(const EvaluateArguments& arguments, const OwnModels& own,
                         std::span<const std::string> pictures, const PictureList& train_side,
                         int threads, bool quiet) {
  std::vector<DecomposedModel> models;
  for (const auto& model : own.all())
    models.push_back(
        {*model.model, *model.networks, {model.qualities.begin(), model.qualities.end()}});
  const std::filesystem::path folder = arguments.report_folder;
  DecompositionStore store;
  if (!folder.empty()) store = DecompositionStore((folder / "decomposition.jsonl").string());
  Progress progress(pictures.size() + train_side.paths.size(), !quiet);
  auto result = decompose_all(models, pictures, train_side.paths, threads, store, progress);
  if (!folder.empty()) write_text((folder / "decomposition.json").string(), as_json(result.models));
  return result;
}

std::vector<Table> tables_of(std::span<const ModelDecomposition> models) {
  std::vector<Table> tables;
  for (const auto& model : models)
    std::ranges::move(decomposition_tables(model), std::back_inserter(tables));
  return tables;
}

// Returns the exit code of the first picture that was left out.
int evaluate_all(const EvaluateArguments& arguments, const Verbosity& verbosity) {
  const auto metrics = listed_metrics(arguments.metrics);
  auto peers = listed_peers(arguments.against);
  const int threads = library::thread_count(arguments.threads);
  const OwnModels own({.paths = arguments.models,
                       .qualities = arguments.qualities,
                       .device = arguments.device,
                       .threads = threads});
  const auto codecs = all_codecs(own, std::move(peers));
  const auto plan = plan_report(arguments.report, codecs, own.all().size());
  const auto pictures = listed_pictures(arguments.inputs, arguments.report_folder);
  const auto train_side = listed_pictures(arguments.train_side, arguments.report_folder);
  auto store = open_store(arguments, codecs, pictures.paths);
  Progress progress(pictures.paths.size(), !verbosity.quiet);
  const auto evaluation = evaluate(codecs, pictures.paths, metrics, store, progress);
  const bool refused_first =
      evaluation.exit_code == 0 || pictures.before_refused <= evaluation.first_left_out;
  int exit_code =
      pictures.exit_code != 0 && refused_first ? pictures.exit_code : evaluation.exit_code;
  if (evaluation.pictures.empty()) return exit_code;

  const auto report = report_of(own, evaluation, plan, threads, metrics);
  Decompositions decompositions;
  if (arguments.decompose || !arguments.train_side.empty())
    decompositions =
        decompose(arguments, own, evaluation.pictures, train_side, threads, verbosity.quiet);
  for (const int later : {train_side.exit_code, decompositions.exit_code})
    if (exit_code == 0) exit_code = later;
  const auto text = as_text(report) + as_text(decompositions.models);
  std::fputs(text.c_str(), stdout);
  if (!arguments.report_folder.empty()) {
    const std::filesystem::path folder = arguments.report_folder;
    write_text((folder / "summary.txt").string(), text);
    write_text((folder / "summary.json").string(), as_json(report));
    write_report(folder, plan, report, evaluation.pictures, tables_of(decompositions.models),
                 verbosity.quiet);
  }
  if (!verbosity.quiet)
    std::fprintf(stderr, "%zu pictures: %zu points measured, %zu known before\n",
                 evaluation.pictures.size(), evaluation.measured, evaluation.kept);
  return exit_code;
}

}  // namespace

Command add_evaluate(CLI::App& program, const Verbosity& verbosity) {
  auto* parser = program.add_subcommand("evaluate", "rate and distortion over pictures");
  const auto arguments = std::make_shared<EvaluateArguments>();
  add_evaluate_options(*parser, *arguments);
  return {parser, [arguments, &verbosity] {
            int exit_code = 0;
            const int failure =
                exit_code_of("", [&] { exit_code = evaluate_all(*arguments, verbosity); });
            return failure != 0 ? failure : exit_code;
          }};
}

}  // namespace vqcodec::tools
