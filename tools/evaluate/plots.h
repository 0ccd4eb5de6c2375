// tools/evaluate/plots.h: rate-distortion curves drawn by gnuplot, where it is installed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "codec/bd_rate.h"

namespace vqcodec::tools {

enum class CurveRole { kOurs, kPeer, kPublished };

struct PlottedCurve {
  std::string name;
  CurveRole role = CurveRole::kPeer;
  std::vector<codec::CurvePoint> points;  // by rising rate
};

struct Plot {
  std::string quality;               // the axis, e.g. "PSNR (dB)"
  std::vector<PlottedCurve> curves;  // ours, peers', published; the axes span the measured ones
};

// Writes <path>.svg and <path>.png. False, and nothing written, where there is no
// gnuplot. Throws Error(kResource) where it fails.
bool draw_plot(const Plot& plot, const std::filesystem::path& path);

// What gnuplot is told; one picture in each format.
std::string gnuplot_script(const Plot& plot, const std::string& svg_path,
                           const std::string& png_path);

}  // namespace vqcodec::tools
