#include "tools/evaluate/decomposition_tables.h"

#include <algorithm>

#include "tools/evaluate/formatted.h"
#include "tools/evaluate/side_comparison.h"
#include "tools/evaluate/table_text.h"

namespace vqcodec::tools {
namespace {

using Row = std::vector<std::string>;

std::string fixed(double value, int digits) { return formatted("%.*f", digits, value); }

std::string percent(double share) { return fixed(100 * share, 1); }

// Bits of all pictures together to bits per pixel.
std::string rate_text(const QualityDecomposition& quality, double size_bits) {
  return fixed(size_bits / static_cast<double>(quality.counts.pixels), 4);
}

std::string level_name(std::size_t level) { return "level " + std::to_string(level); }

double size_bits(std::uint64_t size_bytes) { return 8.0 * static_cast<double>(size_bytes); }

Row quality_columns(Row header, const ModelDecomposition& model) {
  for (const auto& quality : model.evaluated)
    header.push_back(std::string("q").append(std::to_string(quality.quality)));
  return header;
}

Table bytes_table(const ModelDecomposition& model) {
  Table table{.title = "Where the bytes go",
              .note = "Bytes: mean a file. Container: header, sizes and checksums of the slices.",
              .header = {"quality", "part", "bytes", "bpp", "share %"},
              .rows = {}};
  for (const auto& quality : model.evaluated) {
    const auto& counts = quality.counts;
    const auto all = static_cast<double>(counts.size_bytes(counts.levels.size()));
    const auto add = [&](const std::string& part, std::uint64_t size_bytes) {
      const auto size = static_cast<double>(size_bytes);
      table.rows.push_back({std::to_string(quality.quality), part,
                            fixed(size / static_cast<double>(quality.pictures.size()), 0),
                            rate_text(quality, 8 * size), percent(size / all)});
    };
    add("container", counts.header_bytes);
    if (counts.side_bytes > 0) add("plain cells' places", counts.side_bytes);
    for (std::size_t l = 0; l < counts.levels.size(); ++l)
      add(level_name(l), counts.levels[l].size_bytes);
    add("file", counts.size_bytes(counts.levels.size()));
  }
  return table;
}

Table channel_slice_table(const ModelDecomposition& model) {
  Table table{
      .title = "Bits per pixel by channel slice of the prior",
      .note = "Ideal lengths of the codes; the rest of a level is what the range coder adds.",
      .header = quality_columns({"part"}, model),
      .rows = {}};
  const auto add = [&](const std::string& part, auto&& bits_of) {
    Row row = {part};
    for (const auto& quality : model.evaluated) row.push_back(rate_text(quality, bits_of(quality)));
    table.rows.push_back(std::move(row));
  };
  for (std::size_t l = 0; l < model.evaluated.front().counts.levels.size(); ++l) {
    std::size_t slices = 0;
    for (const auto& quality : model.evaluated)
      slices = std::max(slices, costs_by_channel_slice(quality.counts.levels[l]).size());
    for (std::size_t s = 0; s < slices; ++s)
      add(level_name(l) + ", slice " + std::to_string(s), [&](const auto& quality) {
        const auto costs = costs_by_channel_slice(quality.counts.levels[l]);
        return s < costs.size() ? costs[s].prior_bits : 0;
      });
    add(level_name(l) + ", escapes",
        [&](const auto& quality) { return costs_of(quality.counts.levels[l]).escape_bits; });
    add(level_name(l) + ", plain cells",
        [&](const auto& quality) { return costs_of(quality.counts.levels[l]).plain_bits; });
    add(level_name(l) + " in the file",
        [&](const auto& quality) { return size_bits(quality.counts.levels[l].size_bytes); });
  }
  return table;
}

Table cost_table(const ModelDecomposition& model) {
  Table table{
      .title = "The same codes under simpler models, in bits per pixel",
      .note =
          "Fixed length: ceil(log2 K) bits. zstd: level 19, of a level's raw codes in each "
          "picture. Order-0: entropy of each group's codes over all pictures; its tables count "
          "as free. Prior: as coded. Escapes and plain cells come on top of each.",
      .header = {"quality", "level", "codes", "fixed length", "zstd", "order-0", "prior",
                 "prior, bits a code", "escapes", "plain cells"},
      .rows = {}};
  for (const auto& quality : model.evaluated) {
    codec::CodeCosts all;
    std::uint64_t all_zstd_bytes = 0;
    const auto add = [&](const std::string& level, const codec::CodeCosts& costs,
                         std::uint64_t zstd_bytes) {
      table.rows.push_back(
          {std::to_string(quality.quality), level,
           fixed(costs.codes / static_cast<double>(quality.pictures.size()), 0),
           rate_text(quality, costs.fixed_length_bits), rate_text(quality, size_bits(zstd_bytes)),
           rate_text(quality, costs.order0_bits), rate_text(quality, costs.prior_bits),
           fixed(costs.prior_bits / std::max(costs.codes, 1.0), 4),
           rate_text(quality, costs.escape_bits), rate_text(quality, costs.plain_bits)});
    };
    for (std::size_t l = 0; l < quality.counts.levels.size(); ++l) {
      const auto& level = quality.counts.levels[l];
      add(std::to_string(l), costs_of(level), level.zstd_bytes);
      all += costs_of(level);
      all_zstd_bytes += level.zstd_bytes;
    }
    add("all", all, all_zstd_bytes);
  }
  return table;
}

Table codebook_table(const ModelDecomposition& model) {
  Table table{.title = "Use of the codebooks",
              .note =
                  "Over all pictures. The worst group is the one whose perplexity is the "
                  "smallest share of its codewords (in brackets).",
              .header = {"quality", "level", "groups", "codewords", "used %", "mean perplexity",
                         "worst group"},
              .rows = {}};
  for (const auto& quality : model.evaluated) {
    for (std::size_t l = 0; l < quality.counts.levels.size(); ++l) {
      const auto use = codebook_use(quality.counts.levels[l]);
      table.rows.push_back(
          {std::to_string(quality.quality), std::to_string(l), std::to_string(use.groups),
           std::to_string(use.codewords),
           percent(static_cast<double>(use.used) / static_cast<double>(use.codewords)),
           fixed(use.mean_perplexity, 2),
           fixed(use.worst_perplexity, 2) + " (" + std::to_string(use.worst_codewords) + ")"});
    }
  }
  return table;
}

double mean_over(const QualityDecomposition& quality, std::size_t level,
                 std::vector<double> PictureFigures::*figure) {
  double sum = 0;
  for (const auto& picture : quality.pictures) sum += (picture.*figure)[level];
  return sum / static_cast<double>(quality.pictures.size());
}

Table distortion_table(const ModelDecomposition& model) {
  Table table{
      .title = "Distortion by levels decoded",
      .note = "Of the file cut behind the level. MSE and PSNR: RGB, means over the pictures.",
      .header = {"quality", "levels", "bytes", "bpp", "MSE", "PSNR dB"},
      .rows = {}};
  for (const auto& quality : model.evaluated) {
    for (std::size_t l = 0; l < quality.counts.levels.size(); ++l) {
      const auto size = static_cast<double>(quality.counts.size_bytes(l + 1));
      table.rows.push_back(
          {std::to_string(quality.quality), l == 0 ? "0" : "0-" + std::to_string(l),
           fixed(size / static_cast<double>(quality.pictures.size()), 0),
           rate_text(quality, 8 * size), fixed(mean_over(quality, l, &PictureFigures::mse), 2),
           fixed(mean_over(quality, l, &PictureFigures::psnr_db), 3)});
    }
  }
  return table;
}

Table seconds_table(const ModelDecomposition& model) {
  Table table{.title = "Seconds by stage",
              .note = "Means over the pictures, by the clock on the wall.",
              .header = quality_columns({"stage"}, model),
              .rows = {}};
  const auto add = [&](const std::string& direction,
                       codec::Timings QualityDecomposition::*timings) {
    for (std::size_t i = 0; i < (model.evaluated.front().*timings).size(); ++i) {
      const std::string& stage = (model.evaluated.front().*timings)[i].first;
      Row row = {direction + ": " + stage};
      for (const auto& quality : model.evaluated) {
        double seconds = 0;
        for (const auto& entry : quality.*timings)
          if (entry.first == stage) seconds = entry.second;
        row.push_back(fixed(seconds, 3));
      }
      table.rows.push_back(std::move(row));
    }
  };
  add("compress", &QualityDecomposition::compress_seconds);
  add("decompress", &QualityDecomposition::decompress_seconds);
  return table;
}

}  // namespace

std::vector<Table> decomposition_tables(const ModelDecomposition& model) {
  if (model.evaluated.empty() || model.evaluated.front().pictures.empty()) return {};
  std::vector<Table> tables = {
      bytes_table(model),      channel_slice_table(model), cost_table(model), codebook_table(model),
      distortion_table(model), seconds_table(model),       side_table(model)};
  for (auto& table : tables) table.title = model.model + ": " + table.title;
  return tables;
}

std::string as_text(std::span<const ModelDecomposition> models) {
  std::string text;
  for (const auto& model : models)
    for (const auto& table : decomposition_tables(model)) text.append("\n").append(as_text(table));
  return text;
}

}  // namespace vqcodec::tools
