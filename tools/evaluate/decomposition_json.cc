#include <cmath>
#include <nlohmann/json.hpp>

#include "tools/evaluate/decomposition_tables.h"
#include "tools/evaluate/side_comparison.h"
#include "tools/evaluate/timings_json.h"

namespace vqcodec::tools {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const codec::CodeCosts& costs) {
  return {{"codes", costs.codes},
          {"fixed_length_bits", costs.fixed_length_bits},
          {"order0_bits", costs.order0_bits},
          {"prior_bits", costs.prior_bits},
          {"escapes", costs.escapes},
          {"escape_bits", costs.escape_bits},
          {"plain_bits", costs.plain_bits}};
}

Json to_json(const codec::GroupCounts& group) {
  Json json = {{"channel_slice", group.channel_slice},
               {"codewords", group.histogram.size()},
               {"used", codec::used_codewords(group.histogram)},
               {"perplexity", codec::perplexity(group.histogram)}};
  json.update(to_json(costs_of(group)));
  return json;
}

Json to_json(const codec::LevelCounts& level) {
  const auto use = codebook_use(level);
  Json json = {{"size_bytes", level.size_bytes}, {"zstd_bytes", level.zstd_bytes}};
  json.update(to_json(costs_of(level)));
  json["nats_a_code"] = costs_of(level).nats_a_code();
  json["codebooks"] = {{"groups", use.groups},
                       {"codewords", use.codewords},
                       {"used", use.used},
                       {"mean_perplexity", use.mean_perplexity},
                       {"worst_perplexity", use.worst_perplexity},
                       {"worst_codewords", use.worst_codewords}};
  json["channel_slices"] = Json::array();
  for (const auto& costs : costs_by_channel_slice(level))
    json["channel_slices"].push_back(to_json(costs));
  json["groups"] = Json::array();
  for (const auto& group : level.groups) json["groups"].push_back(to_json(group));
  return json;
}

Json to_json(const Spread& values) {
  return {{"mean", values.mean}, {"standard_error", values.standard_error}};  // infinite: null
}

// What the spreads of both sides say, by the figure's name.
Json to_json(const std::vector<SideFigure>& figures) {
  Json json = Json::object();
  for (const auto& figure : figures) {
    Json entry = {{"evaluated", to_json(figure.evaluated)}};
    if (figure.train_side) {
      entry["train_side"] = to_json(*figure.train_side);
      entry["gap"] = figure.gap();
      entry["gap_standard_error"] = figure.gap_error();
      entry["evaluated_is_worse"] = figure.evaluated_is_worse();
      entry["evaluated_is_better"] = figure.evaluated_is_better();
    }
    json[figure.name] = std::move(entry);
  }
  return json;
}

Json to_json(const QualityDecomposition& quality) {
  const auto& counts = quality.counts;
  Json json = {{"pictures", quality.pictures.size()},
               {"pixels", counts.pixels},
               {"size_bytes", counts.size_bytes(counts.levels.size())},
               {"container_bytes", counts.header_bytes},
               {"plain_cell_bytes", counts.side_bytes},
               {"levels", Json::array()},
               {"with_levels", Json::array()},
               {"compress_seconds", timings_to_json(quality.compress_seconds)},
               {"decompress_seconds", timings_to_json(quality.decompress_seconds)}};
  for (std::size_t l = 0; l < counts.levels.size(); ++l) {
    json["levels"].push_back(to_json(counts.levels[l]));
    std::vector<double> mse, psnr_db;
    for (const auto& picture : quality.pictures) {
      mse.push_back(picture.mse[l]);
      psnr_db.push_back(picture.psnr_db[l]);
    }
    json["with_levels"].push_back({{"size_bytes", counts.size_bytes(l + 1)},
                                   {"mse", to_json(spread(mse))},
                                   {"psnr_rgb_db", to_json(spread(psnr_db))}});
  }
  return json;
}

}  // namespace

std::string as_json(std::span<const ModelDecomposition> models) {
  Json json = Json::array();
  for (const auto& model : models) {
    Json qualities = Json::array();
    for (std::size_t q = 0; q < model.evaluated.size(); ++q) {
      const auto* train_side = model.train_side.empty() ? nullptr : &model.train_side[q];
      Json entry = {{"quality", model.evaluated[q].quality},
                    {"evaluated", to_json(model.evaluated[q])}};
      if (train_side != nullptr) entry["train_side"] = to_json(*train_side);
      entry["figures"] = to_json(side_figures(model.evaluated[q], train_side));
      qualities.push_back(std::move(entry));
    }
    json.push_back({{"model_name", model.model},
                    {"model", model.fingerprint},
                    {"qualities", std::move(qualities)}});
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vqcodec::tools
