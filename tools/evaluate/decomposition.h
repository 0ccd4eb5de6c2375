// tools/evaluate/decomposition.h: our own codec taken apart over pictures, and over others that the
// model was trained on.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "codec/decomposition.h"
#include "tools/evaluate/decomposition_store.h"
#include "tools/progress.h"

namespace vqcodec::tools {

struct DecomposedModel {
  const codec::ModelFile& model;
  codec::Transform& networks;
  std::vector<int> qualities;  // 1..
};

// Of one picture what means and their errors are taken of.
struct PictureFigures {
  double rate_bpp = 0;               // of the whole file
  std::vector<double> nats_a_code;   // by level, see codec::CodeCosts
  std::vector<double> mse, psnr_db;  // with levels 0, 0-1, ... decoded
};

// One quality over one set of pictures.
struct QualityDecomposition {
  int quality = 0;
  codec::FileCounts counts;                             // sums over the pictures
  std::vector<PictureFigures> pictures;                 // in their order
  codec::Timings compress_seconds, decompress_seconds;  // means

  void add(const codec::PictureDecomposition& picture);
};

struct ModelDecomposition {
  std::string model;                             // its name
  std::string fingerprint;                       // in hex
  std::vector<QualityDecomposition> evaluated;   // by quality
  std::vector<QualityDecomposition> train_side;  // the same; empty: not asked for
};

// A mean over pictures and how far it may be off.
struct Spread {
  double mean = 0;
  double standard_error = 0;  // sample deviation / sqrt(n); infinite for one picture
};
Spread spread(std::span<const double> values);  // At least one.

struct Decompositions {
  std::vector<ModelDecomposition> models;
  int exit_code = 0;  // of the first picture that was left out, which has been reported
};

// pictures, train_side: files. Alpha and metadata are left out. One picture is in memory at a time;
// what is measured is kept in the store. A picture that cannot be read or coded is reported and
// left out.
Decompositions decompose_all(std::span<const DecomposedModel> models,
                             std::span<const std::string> pictures,
                             std::span<const std::string> train_side, int threads,
                             DecompositionStore& store, Progress& progress);

}  // namespace vqcodec::tools
