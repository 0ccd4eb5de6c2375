#include "tools/evaluate/decomposition_store.h"

#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "codec/hex.h"
#include "entropy/error.h"
#include "tools/evaluate/timings_json.h"

namespace vqcodec::tools {
namespace {

using Json = nlohmann::ordered_json;

codec::Timings timings_from(const Json& json) {
  codec::Timings timings;
  for (const auto& [stage, seconds] : json.items())
    timings.emplace_back(stage, seconds.get<double>());
  return timings;
}

Json to_json(const codec::LevelCounts& level) {
  Json groups = Json::array();
  for (const auto& group : level.groups)
    groups.push_back({{"channel_slice", group.channel_slice},
                      {"code_bits", group.code_bits},
                      {"escapes", group.escapes},
                      {"escape_bits", group.escape_bits},
                      {"plain_bits", group.plain_bits},
                      {"histogram", group.histogram}});
  return {{"size_bytes", level.size_bytes},
          {"zstd_bytes", level.zstd_bytes},
          {"groups", std::move(groups)}};
}

codec::LevelCounts level_from(const Json& json) {
  codec::LevelCounts level{
      .size_bytes = json.at("size_bytes"), .zstd_bytes = json.at("zstd_bytes"), .groups = {}};
  for (const auto& group : json.at("groups"))
    level.groups.push_back({.channel_slice = group.at("channel_slice"),
                            .histogram = group.at("histogram"),
                            .escapes = group.at("escapes"),
                            .code_bits = group.at("code_bits"),
                            .escape_bits = group.at("escape_bits"),
                            .plain_bits = group.at("plain_bits")});
  return level;
}

Json to_json(const DecompositionKey& key, const std::string& picture_name,
             const codec::PictureDecomposition& picture) {
  Json levels = Json::array();
  for (const auto& level : picture.counts.levels) levels.push_back(to_json(level));
  return {{"model", codec::hex(key.model)},
          {"quality", key.quality},
          {"threads", key.threads},
          {"picture", picture_name},
          {"picture_checksum", codec::hex(key.picture)},
          {"pixels", picture.counts.pixels},
          {"header_bytes", picture.counts.header_bytes},
          {"side_bytes", picture.counts.side_bytes},
          {"mse", picture.mse},
          {"compress_seconds", timings_to_json(picture.compress_seconds)},
          {"decompress_seconds", timings_to_json(picture.decompress_seconds)},
          {"levels", std::move(levels)}};
}

std::uint64_t number_from_hex(const std::string& text) { return std::stoull(text, nullptr, 16); }

std::pair<DecompositionKey, codec::PictureDecomposition> parse_line(const std::string& line) {
  try {
    const Json json = Json::parse(line);
    const DecompositionKey key{.model = number_from_hex(json.at("model")),
                               .picture = number_from_hex(json.at("picture_checksum")),
                               .quality = json.at("quality"),
                               .threads = json.at("threads")};
    codec::PictureDecomposition picture{
        .counts = {.pixels = json.at("pixels"),
                   .header_bytes = json.at("header_bytes"),
                   .side_bytes = json.at("side_bytes"),
                   .levels = {}},
        .mse = json.at("mse"),
        .compress_seconds = timings_from(json.at("compress_seconds")),
        .decompress_seconds = timings_from(json.at("decompress_seconds"))};
    for (const auto& level : json.at("levels")) picture.counts.levels.push_back(level_from(level));
    if (picture.mse.size() != picture.counts.levels.size() || picture.mse.empty() ||
        picture.counts.pixels == 0)
      throw Error(ErrorKind::kCorrupt, "found ", picture.mse.size(), " MSEs of ",
                  picture.counts.levels.size(), " levels of ", picture.counts.pixels, " pixels");
    return {key, std::move(picture)};
  } catch (const std::exception& failure) {  // of the JSON, or of a number in it
    throw Error(ErrorKind::kCorrupt, failure.what(), "; delete the line to measure it anew");
  }
}

}  // namespace

DecompositionStore::DecompositionStore(const std::string& path) : path_(path) {
  std::ifstream in(path, std::ios::binary);
  std::string line;
  for (int number = 1; std::getline(in, line) && !in.eof(); ++number) {
    library::naming(path + ": line " + std::to_string(number),
                    [&] { lines_.insert_or_assign(parse_line(line).first, size_bytes_); });
    size_bytes_ += line.size() + 1;
  }
  file_ = std::make_unique<library::FileDescriptor>(
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
  if (file_->get() < 0) library::naming(path, [] { library::throw_system_error("cannot open"); });
  std::filesystem::resize_file(path, size_bytes_);  // without the rest of a line
}

std::optional<codec::PictureDecomposition> DecompositionStore::find(
    const DecompositionKey& key) const {
  const auto found = lines_.find(key);
  if (found == lines_.end()) return std::nullopt;
  std::ifstream in(path_, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(found->second));
  std::string line;
  std::getline(in, line);
  return library::naming(path_, [&] { return parse_line(line).second; });
}

void DecompositionStore::add(const DecompositionKey& key, const std::string& picture_name,
                             const codec::PictureDecomposition& picture) {
  if (!file_) return;
  const std::string line =
      to_json(key, picture_name, picture).dump(-1, ' ', false, Json::error_handler_t::replace) +
      "\n";
  library::write_all(file_->get(),
                     {reinterpret_cast<const std::uint8_t*>(line.data()), line.size()});
  lines_.insert_or_assign(key, size_bytes_);
  size_bytes_ += line.size();
}

}  // namespace vqcodec::tools
