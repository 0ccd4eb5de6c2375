#include "tools/picture_report.h"

#include <cstdarg>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "codec/hex.h"
#include "codec/tiles.h"

namespace vqcodec::tools {
namespace {

using Json = nlohmann::ordered_json;

double area_pixels(const codec::FileSummary& file) {
  return static_cast<double>(file.width) * static_cast<double>(file.height);
}

double size_bits(std::uint64_t size_bytes) { return 8.0 * static_cast<double>(size_bytes); }

double bits_a_code(const codec::LevelSummary& level) {
  return size_bits(level.size_bytes) / static_cast<double>(level.codes);
}

__attribute__((format(printf, 1, 2))) std::string text(const char* format, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  return line;
}

std::string bytes_text(const char* name, std::uint64_t size_bytes) {
  return text("%-9s %llu bytes\n", name, static_cast<unsigned long long>(size_bytes));
}

std::string level_text(const codec::FileSummary& file, std::size_t index) {
  const auto& level = file.levels[index];
  std::string line = text("level %zu   %llu bytes, %.3f bpp", index,
                          static_cast<unsigned long long>(level.size_bytes),
                          size_bits(level.size_bytes) / area_pixels(file));
  if (level.codes > 0)
    line += text(", %llu codes, %.3f bits a code", static_cast<unsigned long long>(level.codes),
                 bits_a_code(level));
  return line;
}

std::string detail_text(const codec::Verification::Level& level) {
  const double total = level.vector_bits + level.scalar_bits + level.escape_bits + level.plain_bits;
  const double percent = total > 0 ? 100 / total : 0;
  return text(" (%.1f %% vectors, %.1f %% scalars, %.1f %% escapes, %.1f %% plain)",
              level.vector_bits * percent, level.scalar_bits * percent, level.escape_bits * percent,
              level.plain_bits * percent);
}

}  // namespace

void count_codes(codec::FileSummary& file, const codec::ModelFile& model) {
  for (std::size_t i = 0; i < file.levels.size() && i < model.prior.levels.size(); ++i) {
    const int level = static_cast<int>(i);
    const auto& qualities = model.prior.levels[i].qualities;
    const auto quality = static_cast<std::size_t>(file.quality - 1);
    if (quality >= qualities.size()) continue;  // a file that cannot be decoded
    const auto positions = [&](int pixels) {
      return static_cast<std::uint64_t>(
          codec::positions_across(pixels, model.coarsest_stride, level));
    };
    file.levels[i].codes =
        positions(file.width) * positions(file.height) * qualities[quality].groups.size();
  }
}

std::string as_text(const PictureReport& report) {
  const auto& file = report.file;
  std::string out = text("format    vqc %d\n", file.version);
  out += text("picture   %dx%d, %s%s, %d bits a sample at the source\n", file.width, file.height,
              file.channels == 1 ? "grey" : "RGB", file.has_alpha ? " with alpha" : "",
              file.source_bits);
  out += text("quality   %d\n", file.quality);
  out += text("model     %s (%s)\n", codec::hex(file.fingerprint).c_str(),
              report.model_name.empty() ? "not here" : report.model_name.c_str());
  out += file.tiles == 1
             ? "tiles     1\n"
             : text("tiles     %d of %dx%d\n", file.tiles, file.tile_size, file.tile_size);
  out += text("size      %llu bytes, %.3f bpp\n", static_cast<unsigned long long>(file.size_bytes),
              size_bits(file.size_bytes) / area_pixels(file));
  if (file.whole_levels < static_cast<int>(file.levels.size()))
    out += text("cut       %d of %zu levels are whole\n", file.whole_levels, file.levels.size());
  out += bytes_text("header", file.header_bytes);
  for (std::size_t i = 0; i < file.levels.size(); ++i) {
    out += level_text(file, i);
    if (report.detail && i < report.detail->levels.size())
      out += detail_text(report.detail->levels[i]);
    out += "\n";
  }
  if (file.alpha_bytes > 0) out += bytes_text("alpha", file.alpha_bytes);
  if (file.metadata_bytes > 0) out += bytes_text("metadata", file.metadata_bytes);
  if (file.plain_bytes > 0) out += bytes_text("plain", file.plain_bytes);
  if (report.detail) out += "codes     " + codec::hex(report.detail->digest) + "\n";
  return out;
}

std::string as_json(const PictureReport& report) {
  const auto& file = report.file;
  Json json = {{"format", "vqc"},
               {"version", file.version},
               {"width", file.width},
               {"height", file.height},
               {"channels", file.channels},
               {"alpha", file.has_alpha},
               {"source_bits", file.source_bits},
               {"quality", file.quality},
               {"model", codec::hex(file.fingerprint)},
               {"tiles", file.tiles},
               {"tile_size", file.tile_size},
               {"whole_levels", file.whole_levels},
               {"size_bytes", file.size_bytes},
               {"bpp", size_bits(file.size_bytes) / area_pixels(file)},
               {"header_bytes", file.header_bytes},
               {"alpha_bytes", file.alpha_bytes},
               {"metadata_bytes", file.metadata_bytes},
               {"plain_bytes", file.plain_bytes},
               {"levels", Json::array()}};
  if (!report.model_name.empty()) json["model_name"] = report.model_name;
  if (report.detail) json["codes_digest"] = codec::hex(report.detail->digest);
  for (std::size_t i = 0; i < file.levels.size(); ++i) {
    Json level = {{"size_bytes", file.levels[i].size_bytes}};
    if (file.levels[i].codes > 0) {
      level["codes"] = file.levels[i].codes;
      level["bits_per_code"] = bits_a_code(file.levels[i]);
    }
    if (report.detail && i < report.detail->levels.size()) {
      level["vector_bits"] = report.detail->levels[i].vector_bits;
      level["scalar_bits"] = report.detail->levels[i].scalar_bits;
      level["escape_bits"] = report.detail->levels[i].escape_bits;
      level["plain_bits"] = report.detail->levels[i].plain_bits;
    }
    json["levels"].push_back(std::move(level));
  }
  return json.dump(2) + "\n";
}

std::string as_json(const codec::ModelSummary& model) {
  Json json = {{"format", "vqm"},
               {"name", model.name},
               {"description", model.description},
               {"model", codec::hex(model.fingerprint)},
               {"size_bytes", model.size_bytes},
               {"qualities", Json::array()}};
  for (const auto& quality : model.qualities)
    json["qualities"].push_back(
        {{"lambda", quality.lambda}, {"rate_bpp", quality.rate_bpp}, {"psnr_db", quality.psnr_db}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vqcodec::tools
