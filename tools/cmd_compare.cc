// tools/cmd_compare.cc: how far one picture is from another.
#include <cstdio>
#include <memory>

#include "codec/image_io.h"
#include "codec/metrics.h"
#include "entropy/error.h"
#include "tools/command.h"
#include "tools/exit_code.h"
#include "tools/library/file_io.h"

namespace vqcodec::tools {
namespace {

struct CompareArguments {
  std::string reference_path;
  std::string test_path;
};

codec::Image read_picture(const std::string& path) {
  return library::naming(path, [&] { return codec::read_image(library::read_file(path)); });
}

void compare(const CompareArguments& arguments) {
  const auto reference = read_picture(arguments.reference_path);
  const auto test = read_picture(arguments.test_path);
  std::printf("psnr       %.3f dB\n", codec::psnr_rgb_db(reference, test));
  std::printf("psnr-luma  %.3f dB\n", codec::psnr_luma_db(reference, test));
  if (const auto value = codec::ssim(reference, test)) std::printf("ssim       %.5f\n", *value);
  if (const auto value = codec::ms_ssim(reference, test))
    std::printf("ms-ssim    %.5f, %.3f dB\n", *value, codec::ms_ssim_db(*value));
}

}  // namespace

Command add_compare(CLI::App& program) {
  auto* parser =
      program.add_subcommand("compare", "PSNR and SSIM of a picture against the original");
  const auto arguments = std::make_shared<CompareArguments>();
  parser->add_option("ORIGINAL", arguments->reference_path, "PNG, JPEG or PPM")
      ->required()
      ->type_name("");
  parser->add_option("PICTURE", arguments->test_path, "of the same size")
      ->required()
      ->type_name("");
  return {parser, [arguments] { return exit_code_of("", [&] { compare(*arguments); }); }};
}

}  // namespace vqcodec::tools
