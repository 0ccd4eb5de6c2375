// tools/cmd_models.cc: the models that need no --model, with what each setting gives.
#include <cstdio>

#include "tools/command.h"
#include "tools/exit_code.h"
#include "tools/library/model_store.h"
#include "tools/model_table.h"

namespace vqcodec::tools {
namespace {

void print_models(bool detail) {
  const auto models = library::known_models();
  if (models.empty()) std::puts("none: this build has no built-in model");
  library::ModelStore store("");
  for (const auto& known : models) {
    print_model(known.summary, known.path.empty() ? "built in" : known.path);
    if (!detail) continue;
    const auto& model = store.with_fingerprint(known.summary.fingerprint);
    print_arithmetic(model, store.transform(model, "cpu"));
  }
}

}  // namespace

Command add_models(CLI::App& program) {
  auto* parser = program.add_subcommand("models", "the models that are built in or installed");
  auto detail = std::make_shared<bool>(false);
  parser->add_flag("--detail", *detail, "what their networks cost as well");
  return {parser, [detail] { return exit_code_of("", [&] { print_models(*detail); }); }};
}

}  // namespace vqcodec::tools
