// tools/evaluate/anchors.h: published rate-distortion curves, to stand beside the measured ones.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "codec/evaluation.h"

namespace vqcodec::tools {

struct PublishedCurve {
  std::string codec;
  std::string tuning;  // what it was trained or set for, e.g. "mse"; "-": nothing to say
  std::string source;
  // As codec::kQualityMeasures: the points whose quality by that measure was published. They are
  // named by codec and tuning and ascend by rate.
  std::array<codec::MeanCurve, 2> by_measure;
};

// A table with the columns codec, tuning, bpp, psnr_rgb_db, ms_ssim_db and source, in any order and
// among others; empty qualities were not published. Rows of one codec and tuning are a curve.
// Throws Error(kCorrupt) that names the line.
std::vector<PublishedCurve> read_anchors(const std::string& path);

// names: "MLIC++,balle2018-hyperprior:mse": codecs with every tuning or with one; "all"; empty:
// the well-known ones. Throws Error(kUsage) for a name that is not there.
std::vector<PublishedCurve> chosen_anchors(const std::vector<PublishedCurve>& anchors,
                                           const std::string& names);

}  // namespace vqcodec::tools
