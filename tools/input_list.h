// tools/input_list.h: command line arguments to jobs: one input and the name of its output each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "entropy/error.h"

namespace vqcodec::tools {

// How names change, e.g. {"png", "jpg"} to "vqc". Extensions are lower case; any case matches.
struct NameRule {
  std::vector<std::string> from;  // these are replaced; to any other name `to` is appended
  std::string to;                 // empty: names stay as they are
};

NameRule picture_rule(std::string to);  // from: the pictures that codec/image_io.h reads

// One of `count` parts of the inputs, for as many programs that know nothing of each other: an
// input goes by its name alone, whatever else is there.
struct Shard {
  std::uint64_t index = 1, count = 1;  // 1..count

  bool takes(const std::string& name) const;
};
Shard parse_shard(const std::string& text);  // "2/8". Throws Error(kUsage).

struct InputArguments {
  std::vector<std::string> inputs{};  // files, folders with `recursive`, "-": standard input
  std::string files_from{};           // a file with more of them, one a line; "-": standard input
  std::string output{};               // of the one input; "-": standard output; empty: by the rule
  std::string output_folder{};        // empty: beside the input
  bool recursive = false;
  Shard shard{};
};

struct Job {
  std::string input;
  std::string output;
  std::optional<Error> refusal;  // why it cannot be done; the others still are
};

// Those of the shard. Folders give the files that the rule's `from` fits, by name, in one order
// everywhere; below `output_folder` their structure is kept. Throws Error(kUsage) where one output
// is named for several inputs, Error(kResource) where files_from cannot be read.
std::vector<Job> list_jobs(const InputArguments& arguments, const NameRule& rule);

}  // namespace vqcodec::tools
