// codec/evaluation.h: rate and distortion of codecs over pictures: points, mean curves, BD-rates.
//
// Every point is a whole file, written to memory and read back; its 8-bit pixels are compared.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "codec/bd_rate.h"
#include "codec/image.h"
#include "codec/peers/peer.h"

namespace vqcodec::codec {

// What is measured beside PSNR.
struct MetricChoice {
  bool ssim = false;
  bool ms_ssim = true;
};

// One picture through one codec at one setting.
struct Measurement {
  std::uint64_t size_bytes = 0;  // of the whole file
  double rate_bpp = 0;
  double psnr_db = 0;  // RGB
  double psnr_luma_db = 0;
  std::optional<double> ssim = {};     // empty: not asked for, or the picture is too small
  std::optional<double> ms_ssim = {};  // likewise
  double encode_seconds = 0;           // of the clock on the wall
  double decode_seconds = 0;
  // Memory that the call took on top of what was there, which is the picture and our networks; 0:
  // the system does not count it.
  std::uint64_t encode_peak_bytes = 0;
  std::uint64_t decode_peak_bytes = 0;
};

Measurement measure(const PeerCodec& codec, double setting, const Image& picture,
                    const MetricChoice& metrics);

// What a picture that comes back as it was counts in a mean, whose PSNR is infinite.
inline constexpr double kPsnrOfEqualDb = 100;

// Means over the pictures at one setting, of each picture's values; of memory the largest.
struct MeanPoint {
  double setting = 0;
  double rate_bpp = 0;
  double psnr_db = 0;
  double psnr_luma_db = 0;
  std::optional<double> ssim = {};     // of those pictures that have one; empty: none has
  std::optional<double> ms_ssim = {};  // likewise
  std::size_t ms_ssim_pictures = 0;    // which have one: their size decides, not the codec
  double encode_seconds = 0;
  double decode_seconds = 0;
  std::uint64_t encode_peak_bytes = 0;
  std::uint64_t decode_peak_bytes = 0;
};

MeanPoint mean_point(double setting, std::span<const Measurement> pictures);  // At least one.

struct MeanCurve {
  std::string codec;              // as it is shown
  std::string settings;           // the codec's others, in a line
  std::vector<MeanPoint> points;  // by rising rate
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

struct BdQuality {
  std::optional<double> db = {};  // positive: `test` is better than `anchor` at equal rate
  RateRange range;
  std::string problem;
};

// range: empty for all that the curves have in common.
BdRate compare_curves(const MeanCurve& anchor, const MeanCurve& test, const QualityMeasure& measure,
                      std::optional<QualityRange> range);
BdQuality compare_at_equal_rates(const MeanCurve& anchor, const MeanCurve& test,
                                 const QualityMeasure& measure, std::optional<QualityRange> range);

}  // namespace vqcodec::codec
