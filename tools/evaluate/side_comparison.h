// tools/evaluate/side_comparison.h: pictures that a model was trained on beside others.
// Source: Razavi, van den Oord, Vinyals, "Generating Diverse High-Fidelity Images with VQ-VAE-2",
// arXiv:1906.00446, table 1: NLL of each level's prior, and MSE.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/evaluate/decomposition.h"
#include "tools/evaluate/table.h"

namespace vqcodec::tools {

// One figure of one quality, over both sets of pictures.
struct SideFigure {
  std::string name;
  bool larger_is_worse = true;
  Spread evaluated;
  std::optional<Spread> train_side;  // empty: not asked for

  double gap() const;        // evaluated less train side
  double gap_error() const;  // its standard error: the two sets are independent
  // Whether the evaluated pictures are worse, or better, by more than two standard errors.
  bool evaluated_is_worse() const;
  bool evaluated_is_better() const;
};

// NLL of each level, MSE, bpp, PSNR. train_side: null, or of the same quality.
std::vector<SideFigure> side_figures(const QualityDecomposition& evaluated,
                                     const QualityDecomposition* train_side);

// All qualities, with a sentence on what the gaps say.
Table side_table(const ModelDecomposition& model);

}  // namespace vqcodec::tools
