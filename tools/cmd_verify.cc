// tools/cmd_verify.cc: decodes the codes of a .vqc, checks every checksum, writes nothing. Two
// machines that print the same digest have read the same codes. Needs no networks.
#include <cstdio>
#include <memory>

#include "codec/codec.h"
#include "codec/hex.h"
#include "tools/exit_code.h"
#include "tools/library/defaults.h"
#include "tools/library/file_io.h"
#include "tools/library/model_store.h"
#include "tools/shared_options.h"

namespace vqcodec::tools {
namespace {

struct VerifyArguments {
  std::string path;
  std::string model_path;
  int threads = 0;
};

void verify(const VerifyArguments& arguments) {
  const auto bytes = library::read_file(arguments.path);
  library::ModelStore models(arguments.model_path);
  const auto& model = models.with_fingerprint(codec::inspect(bytes).fingerprint);
  const auto result = codec::verify(bytes, model, library::thread_count(arguments.threads));
  std::printf("codes %s\n", codec::hex(result.digest).c_str());
}

}  // namespace

Command add_verify(CLI::App& program) {
  auto* parser = program.add_subcommand("verify", "check a .vqc and print the digest of its codes");
  const auto arguments = std::make_shared<VerifyArguments>();
  parser->add_option("FILE", arguments->path, "a .vqc, or - for standard input")
      ->required()
      ->type_name("");
  add_model_option(*parser, arguments->model_path);
  add_thread_option(*parser, arguments->threads);
  return {parser,
          [arguments] { return exit_code_of(arguments->path, [&] { verify(*arguments); }); }};
}

}  // namespace vqcodec::tools
