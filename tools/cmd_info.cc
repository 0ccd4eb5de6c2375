// tools/cmd_info.cc: what a .vqc or .vqm says of itself. Needs no networks.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "codec/codec.h"
#include "codec/preamble.h"
#include "entropy/error.h"
#include "tools/exit_code.h"
#include "tools/library/defaults.h"
#include "tools/library/file_io.h"
#include "tools/library/model_store.h"
#include "tools/model_table.h"
#include "tools/picture_report.h"
#include "tools/shared_options.h"

namespace vqcodec::tools {
namespace {

struct InfoArguments {
  std::string path;
  std::string model_path;
  bool json = false;
  bool detail = false;
  int threads = 0;
};

bool is_model(const std::vector<std::uint8_t>& bytes) {
  const auto& magic = codec::kModelFile.magic;
  return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

PictureReport report_on(const std::vector<std::uint8_t>& bytes, const InfoArguments& arguments) {
  PictureReport report{.file = codec::inspect(bytes), .model_name = {}, .detail = {}};
  library::ModelStore models(arguments.model_path);
  const auto fingerprint = report.file.fingerprint;
  if (arguments.detail)
    report.detail = codec::verify(bytes, models.with_fingerprint(fingerprint),
                                  library::thread_count(arguments.threads));
  if (const auto* model = models.find(fingerprint)) {
    report.model_name = model->name;
    count_codes(report.file, *model);
  }
  return report;
}

void print_info(const InfoArguments& arguments) {
  const auto bytes = library::read_file(arguments.path);
  if (!is_model(bytes)) {
    const auto report = report_on(bytes, arguments);
    std::fputs((arguments.json ? as_json(report) : as_text(report)).c_str(), stdout);
  } else if (arguments.json) {
    std::fputs(as_json(codec::summarize_model(bytes)).c_str(), stdout);
  } else {
    print_model(codec::summarize_model(bytes), arguments.path);
  }
}

}  // namespace

Command add_info(CLI::App& program) {
  auto* parser = program.add_subcommand("info", "what a .vqc or .vqm holds");
  const auto arguments = std::make_shared<InfoArguments>();
  parser->add_option("FILE", arguments->path, "a .vqc or .vqm, or - for standard input")
      ->required()
      ->type_name("");
  parser->add_flag("--json", arguments->json, "as JSON");
  parser->add_flag("--detail", arguments->detail,
                   "decode the codes: bits of vectors, scalars and escapes by level");
  add_model_option(*parser, arguments->model_path);
  add_thread_option(*parser, arguments->threads);
  return {parser,
          [arguments] { return exit_code_of(arguments->path, [&] { print_info(*arguments); }); }};
}

}  // namespace vqcodec::tools
