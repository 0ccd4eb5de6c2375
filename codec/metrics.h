// codec/metrics.h: rate and distortion of one picture.
//
// Computed in double from 8-bit samples, peak 255; alpha does not count. A grey picture counts as
// R = G = B. Every function throws Error(kUsage) where the two sizes differ.
#pragma once

#include <cstddef>
#include <optional>

#include "codec/image.h"

namespace vqcodec::codec {

// Bits of the whole file per pixel.
double bits_per_pixel(std::size_t size_bytes, const Image& image);

// Over all samples of R, G and B.
double mse(const Image& reference, const Image& test);

// 10 log10(255^2 / MSE), infinite for equal pictures.
double psnr_db(double squared_error);  // the mean square
double psnr_rgb_db(const Image& reference, const Image& test);

// The same of the luma 0.299 R + 0.587 G + 0.114 B, not rounded.
double psnr_luma_db(const Image& reference, const Image& test);

inline constexpr int kSsimMinSide = 11;     // the window
inline constexpr int kMsSsimMinSide = 161;  // the window at a sixteenth of the size

// Structural similarity at full resolution: 11x11 Gaussian window of sigma 1.5, inside the picture
// only, K1 = 0.01, K2 = 0.03; mean over R, G, B. Empty where a side is shorter than kSsimMinSide.
// Source: Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity",
// IEEE TIP 2004.
std::optional<double> ssim(const Image& reference, const Image& test);

// The same over five scales. Empty where a side is shorter than kMsSsimMinSide.
// Source: Wang, Simoncelli, Bovik, "Multiscale Structural Similarity for Image Quality Assessment",
// Asilomar 2003.
std::optional<double> ms_ssim(const Image& reference, const Image& test);

// -10 log10(1 - value): spreads what lies close to 1.
double ms_ssim_db(double value);

}  // namespace vqcodec::codec
