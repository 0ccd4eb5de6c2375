#include "tools/evaluate/anchors.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "entropy/error.h"
#include "tools/evaluate/csv.h"
#include "tools/library/file_io.h"

namespace vqcodec::tools {
namespace {

// One or two of each kind: the standards' best encoders, then learned codecs by year.
constexpr std::string_view kWellKnown[] = {
    "BPG-0.9.8-444-x265",
    "AV1-aomenc-444-cpu0",
    "VTM-9.1-444",
    "balle2018-hyperprior:mse",
    "minnen2018-neurips:mse",
    "cheng2020-attn-compressai:mse",
    "MLIC++:mse",
};

enum Column { kCodec, kTuning, kRate, kPsnr, kMsSsim, kSource, kColumnCount };
constexpr std::array<std::string_view, kColumnCount> kColumnNames = {
    "codec", "tuning", "bpp", "psnr_rgb_db", "ms_ssim_db", "source"};

using Fields = std::vector<std::string>;

// Where each column is in this file.
class Header {
 public:
  explicit Header(const Fields& names) : width_(names.size()) {
    for (std::size_t column = 0; column < kColumnCount; ++column) {
      const auto found = std::ranges::find(names, kColumnNames[column]);
      if (found == names.end())
        throw Error(ErrorKind::kCorrupt, "found no column ", kColumnNames[column],
                    ", expected codec, tuning, bpp, psnr_rgb_db, ms_ssim_db and source");
      places_[column] = static_cast<std::size_t>(found - names.begin());
    }
  }

  void check(const Fields& row) const {
    if (row.size() != width_)
      throw Error(ErrorKind::kCorrupt, "found ", row.size(), " fields, expected ", width_);
  }
  const std::string& field(const Fields& row, Column column) const { return row[places_[column]]; }

 private:
  std::size_t width_;
  std::array<std::size_t, kColumnCount> places_{};
};

double positive_number(const std::string& text, std::string_view column) {
  const auto value = csv_number<double>(text);
  if (!(value > 0) || !std::isfinite(value))
    throw Error(ErrorKind::kCorrupt, column, ": found ", text, ", expected a positive number");
  return value;
}

std::optional<double> positive_number_if_any(const std::string& text, std::string_view column) {
  return text.empty() ? std::nullopt : std::optional(positive_number(text, column));
}

PublishedCurve& curve_of(std::vector<PublishedCurve>& curves, const Header& header,
                         const Fields& row) {
  const auto& codec = header.field(row, kCodec);
  const auto& tuning = header.field(row, kTuning);
  if (codec.empty()) throw Error(ErrorKind::kCorrupt, "found no codec, expected its name");
  const auto known = std::ranges::find_if(curves, [&](const PublishedCurve& curve) {
    return curve.codec == codec && curve.tuning == tuning;
  });
  if (known != curves.end()) return *known;
  const bool tuned = !tuning.empty() && tuning != "-";
  const codec::MeanCurve empty{
      .codec = tuned ? codec + " [" + tuning + "]" : codec, .settings = "published", .points = {}};
  curves.push_back({.codec = codec,
                    .tuning = tuning,
                    .source = header.field(row, kSource),
                    .by_measure = {empty, empty}});
  return curves.back();
}

void add_row(std::vector<PublishedCurve>& curves, const Header& header, const Fields& row) {
  header.check(row);
  const auto rate_bpp = positive_number(header.field(row, kRate), "bpp");
  const auto psnr_db = positive_number_if_any(header.field(row, kPsnr), "psnr_rgb_db");
  const auto ms_ssim_db = positive_number_if_any(header.field(row, kMsSsim), "ms_ssim_db");
  auto& [by_psnr, by_ms_ssim] = curve_of(curves, header, row).by_measure;
  if (psnr_db) by_psnr.points.push_back({.rate_bpp = rate_bpp, .psnr_db = *psnr_db});
  if (ms_ssim_db)
    by_ms_ssim.points.push_back(
        {.rate_bpp = rate_bpp, .ms_ssim = 1 - std::pow(10, -*ms_ssim_db / 10)});
}

bool is_named(const PublishedCurve& curve, std::string_view name) {
  return name == "all" || name == curve.codec || name == curve.codec + ":" + curve.tuning;
}

bool is_well_known(const PublishedCurve& curve) {
  return std::ranges::any_of(kWellKnown, [&](auto name) { return is_named(curve, name); });
}

}  // namespace

std::vector<PublishedCurve> read_anchors(const std::string& path) {
  const auto bytes = library::naming(path, [&] { return library::read_file(path); });
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<PublishedCurve> curves;
  std::optional<Header> header;
  for (int line = 1; !rest.empty(); ++line) {
    auto text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty()) continue;
    library::naming(path + ": line " + std::to_string(line), [&] {
      const auto fields = csv_fields(text);
      if (header)
        add_row(curves, *header, fields);
      else
        header.emplace(fields);
    });
  }
  if (curves.empty())
    throw Error(ErrorKind::kCorrupt, path, ": found no curves, expected rows of published points");
  for (auto& curve : curves)
    for (auto& points : curve.by_measure)
      std::ranges::stable_sort(points.points, {}, &codec::MeanPoint::rate_bpp);
  return curves;
}

std::vector<PublishedCurve> chosen_anchors(const std::vector<PublishedCurve>& anchors,
                                           const std::string& names) {
  std::vector<PublishedCurve> chosen;
  if (names.empty()) {
    std::ranges::copy_if(anchors, std::back_inserter(chosen), is_well_known);
    return chosen;
  }
  for (const auto& name : csv_fields(names)) {
    const auto before = chosen.size();
    std::ranges::copy_if(anchors, std::back_inserter(chosen),
                         [&](const PublishedCurve& curve) { return is_named(curve, name); });
    if (chosen.size() == before)
      throw Error(ErrorKind::kUsage, "--anchor-codecs ", names, ": found \"", name,
                  "\", expected codecs of the table, such as ", anchors.front().codec, " or ",
                  anchors.back().codec);
  }
  return chosen;
}

}  // namespace vqcodec::tools
