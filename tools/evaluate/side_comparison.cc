#include "tools/evaluate/side_comparison.h"

#include <cmath>
#include <functional>

#include "tools/evaluate/formatted.h"

namespace vqcodec::tools {
namespace {

std::string number(double value) {
  if (!std::isfinite(value)) return "-";  // the error of a single picture
  return formatted("%.4f", value);
}

using Figure = std::function<double(const PictureFigures&)>;

Spread spread_of(const QualityDecomposition& quality, const Figure& figure) {
  std::vector<double> values;
  for (const auto& picture : quality.pictures) values.push_back(figure(picture));
  return spread(values);
}

const char* verdict(const SideFigure& figure) {
  if (figure.evaluated_is_worse()) return "evaluated worse";
  return figure.evaluated_is_better() ? "evaluated better" : "within 2 SE";
}

// Over-fitting shows where what training lowers, NLL and MSE, is higher on other pictures.
struct Findings {
  int compared = 0;
  int worse = 0;
  int better = 0;

  void add(const SideFigure& figure) {
    ++compared;
    worse += figure.evaluated_is_worse();
    better += figure.evaluated_is_better();
  }

  std::string sentence() const {
    const auto of_all = " of " + std::to_string(compared);
    std::string text =
        " On the evaluated pictures NLL and MSE are higher than on the train side by more than "
        "2 SE of the difference in ";
    text.append(std::to_string(worse)).append(of_all).append(" figures, lower in ");
    text.append(std::to_string(better)).append(of_all);
    text.append(worse > 0 ? ": over-fitting, or harder pictures" : ": no sign of over-fitting");
    return text + ". Pictures differ in difficulty, which bpp and PSNR show.";
  }
};

}  // namespace

double SideFigure::gap() const { return train_side ? evaluated.mean - train_side->mean : 0; }

double SideFigure::gap_error() const {
  return train_side ? std::hypot(evaluated.standard_error, train_side->standard_error) : 0;
}

bool SideFigure::evaluated_is_worse() const {
  return (larger_is_worse ? gap() : -gap()) > 2 * gap_error();
}

bool SideFigure::evaluated_is_better() const {
  return (larger_is_worse ? -gap() : gap()) > 2 * gap_error();
}

std::vector<SideFigure> side_figures(const QualityDecomposition& evaluated,
                                     const QualityDecomposition* train_side) {
  std::vector<SideFigure> figures;
  const auto add = [&](std::string name, bool larger_is_worse, const Figure& figure) {
    figures.push_back({.name = std::move(name),
                       .larger_is_worse = larger_is_worse,
                       .evaluated = spread_of(evaluated, figure),
                       .train_side = {}});
    if (train_side != nullptr) figures.back().train_side = spread_of(*train_side, figure);
  };
  for (std::size_t l = 0; l < evaluated.counts.levels.size(); ++l)
    add("NLL of level " + std::to_string(l) + ", nats a code", true,
        [l](const PictureFigures& picture) { return picture.nats_a_code[l]; });
  add("MSE", true, [](const PictureFigures& picture) { return picture.mse.back(); });
  add("bpp", true, [](const PictureFigures& picture) { return picture.rate_bpp; });
  add("PSNR dB", false, [](const PictureFigures& picture) { return picture.psnr_db.back(); });
  return figures;
}

Table side_table(const ModelDecomposition& model) {
  const bool has_train_side = !model.train_side.empty();
  Table table{.title = "Negative log-likelihood and distortion",
              .note =
                  "Means over the pictures with their standard errors (SE). NLL: of codes and "
                  "escapes under the prior.",
              .header = {"quality", "figure", "evaluated", "SE"},
              .rows = {}};
  if (has_train_side) {
    table.title += ", train side beside evaluated";
    for (const char* column : {"train side", "SE", "gap", "2 SE", "finding"})
      table.header.emplace_back(column);
  }
  Findings findings;
  for (std::size_t q = 0; q < model.evaluated.size(); ++q) {
    const auto* train_side = has_train_side ? &model.train_side[q] : nullptr;
    const auto figures = side_figures(model.evaluated[q], train_side);
    const std::size_t fitted = figures.size() - 2;  // all but bpp and PSNR
    for (std::size_t i = 0; i < figures.size(); ++i) {
      const auto& figure = figures[i];
      std::vector<std::string> row = {std::to_string(model.evaluated[q].quality), figure.name,
                                      number(figure.evaluated.mean),
                                      number(figure.evaluated.standard_error)};
      if (figure.train_side) {
        for (const double value : {figure.train_side->mean, figure.train_side->standard_error,
                                   figure.gap(), 2 * figure.gap_error()})
          row.push_back(number(value));
        row.emplace_back(verdict(figure));
        if (i < fitted) findings.add(figure);
      }
      table.rows.push_back(std::move(row));
    }
  }
  if (has_train_side) table.note += findings.sentence();
  return table;
}

}  // namespace vqcodec::tools
