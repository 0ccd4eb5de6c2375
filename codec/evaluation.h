// codec/evaluation.h: rate and distortion of codecs over pictures: points, mean curves, BD-rates.
//
// Every point is a whole file, written to memory and read back; its 8-bit pixels are compared.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "codec/bd_rate.h"
#include "codec/image.h"
#include "codec/peers/peer.h"

namespace vqcodec::codec {

// One picture through one codec at one setting.
struct Measurement {
  std::uint64_t size_bytes = 0;  // of the whole file
  double rate_bpp = 0;
  double psnr_db = 0;                  // RGB
  std::optional<double> ms_ssim = {};  // empty: not asked for, or the picture is too small
  double encode_seconds = 0;           // of the clock on the wall
  double decode_seconds = 0;
};

Measurement measure(const PeerCodec& codec, double setting, const Image& picture,
                    bool with_ms_ssim);

// Means over the pictures at one setting: of each picture's bpp, PSNR and MS-SSIM.
struct MeanPoint {
  double setting = 0;
  double rate_bpp = 0;
  double psnr_db = 0;
  std::optional<double> ms_ssim = {};  // empty where a picture has none
  double encode_seconds = 0;
  double decode_seconds = 0;
};

MeanPoint mean_point(double setting, std::span<const Measurement> pictures);  // At least one.

struct MeanCurve {
  std::string codec;
  std::vector<MeanPoint> points;  // by setting
};

// What curves are compared over.
struct QualityMeasure {
  const char* name;
  QualityRange usual_range;  // in which BD-rates are quoted, so that they compare
  std::optional<double> (*quality_db)(const MeanPoint&);  // dB of MS-SSIM: of its mean
};
extern const std::array<QualityMeasure, 2> kQualityMeasures;  // PSNR, MS-SSIM

struct BdRate {
  std::optional<double> percent = {};  // negative: `test` needs less than `anchor`
  QualityRange range;                  // what it is the mean over
  std::string problem;                 // why there is none
};

// range: empty for all that the curves have in common.
BdRate compare_curves(const MeanCurve& anchor, const MeanCurve& test, const QualityMeasure& measure,
                      std::optional<QualityRange> range);

}  // namespace vqcodec::codec
