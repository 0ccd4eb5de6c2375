#include "tools/evaluate/arguments.h"

#include "tools/shared_options.h"

namespace vqcodec::tools {

void add_evaluate_options(CLI::App& parser, EvaluateArguments& arguments) {
  const auto add = [&](const char* name, std::string& value, const char* type, const char* text) {
    return parser.add_option(name, value, text)->type_name(type);
  };
  parser.add_option("PICTURES", arguments.inputs, "PNG, JPEG or PPM; folders with all in them")
      ->required()
      ->type_name("");
  add("--qualities", arguments.qualities, "LIST", "1-8 or 2,4,6, or none; default all");
  parser
      .add_option("--model", arguments.models,
                  "the model (.vqm) in place of the built-in one; several to compare them")
      ->allow_extra_args(false)
      ->envname("VQCODEC_MODEL")
      ->type_name("FILE");
  add("--against", arguments.against, "LIST",
      "some of jpeg,webp,avif,jxl,jp2, or none; default all that the build has");
  add("--metrics", arguments.metrics, "LIST", "some of psnr,ms-ssim,ssim; default psnr,ms-ssim");
  add("-o,--output", arguments.report_folder, "DIR",
      "write report.html, plots, summaries and points.csv; points there are not measured again");
  parser.add_flag("--decompose", arguments.decompose,
                  "where our bytes go: levels, codes, codebooks, stages");
  parser
      .add_option("--train-side", arguments.train_side,
                  "decompose these too: pictures that the model was trained on")
      ->type_name("PICTURES");
  auto* resume = parser.add_flag("--resume", arguments.resume,
                                 "keep points of other runs that are in the folder");
  parser.add_flag("-f,--force", arguments.force, "forget the points in the folder")
      ->excludes(resume);
  add("--device", arguments.device, "auto|cpu|cuda", "where the networks run")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}).description(""));
  add_thread_option(parser, arguments.threads);
  add_report_options(parser, arguments.report);
}

}  // namespace vqcodec::tools
