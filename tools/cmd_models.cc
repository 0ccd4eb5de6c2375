// tools/cmd_models.cc: the models that need no --model, with what each setting gives.
#include <cstdio>

#include "tools/command.h"
#include "tools/exit_code.h"
#include "tools/model_store.h"
#include "tools/model_table.h"

namespace vqcodec::tools {

Command add_models(CLI::App& program) {
  auto* parser = program.add_subcommand("models", "the models that are built in or installed");
  return {parser, [] {
            return exit_code_of("", [] {
              const auto models = known_models();
              if (models.empty()) std::puts("none: this build has no built-in model");
              for (const auto& model : models)
                print_model(model.summary, model.path.empty() ? "built in" : model.path);
            });
          }};
}

}  // namespace vqcodec::tools
