#include "tools/input_list.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <sstream>

#include "codec/checksum.h"
#include "tools/library/file_io.h"

namespace vqcodec::tools {
namespace {

namespace fs = std::filesystem;

bool fits(const fs::path& path, const NameRule& rule) {
  std::string extension = path.extension().string();
  if (extension.empty()) return false;
  extension.erase(0, 1);
  std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::find(rule.from.begin(), rule.from.end(), extension) != rule.from.end();
}

fs::path renamed(fs::path path, const NameRule& rule) {
  if (rule.to.empty()) return path;
  if (fits(path, rule)) return path.replace_extension(rule.to);
  return path += "." + rule.to;
}

class JobList {
 public:
  JobList(const InputArguments& arguments, const NameRule& rule)
      : arguments_(arguments), rule_(rule) {}

  void add(const std::string& input) {
    std::error_code ignored;
    if (input == library::kStandardStream) {
      add_file(input, input, library::kStandardStream);
    } else if (!fs::is_directory(input, ignored)) {
      add_file(input, input, placed(input, fs::path(input).filename()));
    } else if (arguments_.recursive) {
      add_folder(input);
    } else {
      refuse(input, Error(ErrorKind::kUsage, "is a folder; -r takes the files in it"));
    }
  }

  std::vector<Job> take() { return std::move(jobs_); }
  std::size_t count() const { return count_; }  // of all shards

 private:
  void add_folder(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && fits(entry.path(), rule_)) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    if (found.empty()) refuse(folder.string(), Error(ErrorKind::kUsage, "holds ", expected()));
    for (const auto& path : found) {
      const auto below = path.lexically_relative(folder);
      add_file(path.string(), below.string(), placed(path, below));
    }
  }

  // relative: the part of the name that stays below the output folder.
  std::string placed(const fs::path& input, const fs::path& relative) const {
    if (arguments_.output_folder.empty()) return renamed(input, rule_).string();
    return renamed(fs::path(arguments_.output_folder) / relative, rule_).string();
  }

  // name: what decides its shard; in a folder the path below it, since machines may have the folder
  // in different places.
  void add_file(const std::string& input, const std::string& name, std::string output) {
    if (!arguments_.output.empty()) output = arguments_.output;
    if (output != library::kStandardStream && !outputs_.insert(output).second) {
      refuse(input, Error(ErrorKind::kUsage, "another input becomes ", output, " too"));
      return;
    }
    add_job(name, {.input = input, .output = std::move(output), .refusal = {}});
  }

  void refuse(const std::string& input, Error why) {
    add_job(input, {.input = input, .output = {}, .refusal = std::move(why)});
  }

  void add_job(const std::string& name, Job job) {
    ++count_;
    if (arguments_.shard.takes(name)) jobs_.push_back(std::move(job));
  }

  std::string expected() const {
    std::string text = "no file named";
    for (const auto& extension : rule_.from) text += " *." + extension;
    return text;
  }

  const InputArguments& arguments_;
  const NameRule& rule_;
  std::vector<Job> jobs_;
  std::set<std::string> outputs_;
  std::size_t count_ = 0;
};

std::vector<std::string> lines_of(const std::string& path) {
  const auto bytes = library::naming(path, [&] { return library::read_file(path); });
  std::istringstream text({bytes.begin(), bytes.end()});
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

}  // namespace

bool Shard::takes(const std::string& name) const {
  const auto bytes = std::span(reinterpret_cast<const std::uint8_t*>(name.data()), name.size());
  return codec::checksum64(bytes) % count == index - 1;
}

Shard parse_shard(const std::string& text) {
  unsigned long long index = 0, count = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%llu/%llu%c", &index, &count, &rest) != 2 || index < 1 ||
      index > count)
    throw Error(ErrorKind::kUsage, "--shard: found ", text, ", expected I/N with I from 1 to N");
  return {.index = index, .count = count};
}

NameRule picture_rule(std::string to) {
  return {.from = {"png", "jpg", "jpeg", "ppm", "pgm"}, .to = std::move(to)};
}

std::vector<Job> list_jobs(const InputArguments& arguments, const NameRule& rule) {
  JobList list(arguments, rule);
  for (const auto& input : arguments.inputs) list.add(input);
  if (!arguments.files_from.empty())
    for (const auto& input : lines_of(arguments.files_from)) list.add(input);
  auto jobs = list.take();
  const auto to_one = std::count_if(jobs.begin(), jobs.end(), [](const Job& job) {
    return job.output == library::kStandardStream;
  });
  if (list.count() > 1 && (!arguments.output.empty() || to_one > 1))
    throw Error(ErrorKind::kUsage, "one output for ", list.count(),
                " inputs; --output-dir takes all");
  return jobs;
}

}  // namespace vqcodec::tools
