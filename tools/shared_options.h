// tools/shared_options.h: options that mean the same in every command that has them.
#pragma once

#include <map>
#include <string>

#include "codec/tuning.h"
#include "tools/command.h"

namespace vqcodec::tools {

inline void add_model_option(CLI::App& command, std::string& path) {
  command.add_option("--model", path, "the model (.vqm) in place of the built-in one")
      ->envname("VQCODEC_MODEL")
      ->type_name("FILE");
}

inline void add_thread_option(CLI::App& command, int& threads) {
  command.add_option("-T,--threads", threads, "threads; 0: one a processor")
      ->check(CLI::Range(0, 1024).description(""))
      ->type_name("N");
}

inline CLI::Option* add_tune_option(CLI::App& command, codec::Tuning& tuning, std::string about) {
  const std::map<std::string, codec::Tuning> names = {
      {codec::name_of(codec::Tuning::kPsnr), codec::Tuning::kPsnr},
      {codec::name_of(codec::Tuning::kMsSsim), codec::Tuning::kMsSsim}};
  return command.add_option("--tune", tuning, std::move(about))
      ->transform(CLI::CheckedTransformer(names).description(""))
      ->type_name("psnr|ms-ssim")
      ->default_str(codec::name_of(tuning));
}

}  // namespace vqcodec::tools
