#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "codec/metrics.h"
#include "codec/samples.h"

namespace vqcodec::codec {
namespace {

constexpr std::size_t kWindow = 11;
constexpr double kSigma = 1.5;
constexpr double kC1 = 0.01 * 255 * 0.01 * 255;
constexpr double kC2 = 0.03 * 255 * 0.03 * 255;
// Exponents of the five scales, finest first; Wang et al. 2003, section 3.2.
constexpr std::array<double, 5> kScaleWeights = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};

struct Plane {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<double> samples;  // (height, width), 0..255

  const double* row(std::size_t y) const { return samples.data() + y * width; }
};

Plane color_plane(const Image& image, std::size_t color) {
  Plane plane{static_cast<std::size_t>(image.width), static_cast<std::size_t>(image.height), {}};
  plane.samples.resize(image.area());
  const Samples samples(image);
  for (std::size_t i = 0; i < plane.samples.size(); ++i) plane.samples[i] = samples.at(i, color);
  return plane;
}

// The window is the outer product of this with itself; it sums to 1.
std::array<double, kWindow> gaussian() {
  std::array<double, kWindow> weights{};
  double sum = 0;
  for (std::size_t i = 0; i < kWindow; ++i) {
    const double distance = static_cast<double>(i) - kWindow / 2;
    weights[i] = std::exp(-distance * distance / (2 * kSigma * kSigma));
    sum += weights[i];
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

// Moments of one row of windows: E[x], E[y], E[x^2 + y^2], E[xy]. SSIM needs the two variances only
// as a sum.
struct Moments {
  explicit Moments(std::size_t width) : x(width), y(width), squares(width), product(width) {}
  std::vector<double> x, y, squares, product;
};

// The window's vertical half over rows top .. top + 10.
void sum_columns(const Plane& a, const Plane& b, std::size_t top,
                 const std::array<double, kWindow>& window, Moments& columns) {
  for (auto* moment : {&columns.x, &columns.y, &columns.squares, &columns.product})
    std::ranges::fill(*moment, 0.0);
  for (std::size_t i = 0; i < kWindow; ++i) {
    const double* row_a = a.row(top + i);
    const double* row_b = b.row(top + i);
    for (std::size_t x = 0; x < a.width; ++x) {
      columns.x[x] += window[i] * row_a[x];
      columns.y[x] += window[i] * row_b[x];
      columns.squares[x] += window[i] * (row_a[x] * row_a[x] + row_b[x] * row_b[x]);
      columns.product[x] += window[i] * (row_a[x] * row_b[x]);
    }
  }
}

// Its horizontal half.
void sum_rows(const std::vector<double>& columns, const std::array<double, kWindow>& window,
              std::vector<double>& out) {
  std::ranges::fill(out, 0.0);
  for (std::size_t i = 0; i < kWindow; ++i)
    for (std::size_t x = 0; x < out.size(); ++x) out[x] += window[i] * columns[x + i];
}

struct Similarity {
  double ssim = 0;                // mean of luminance x contrast x structure
  double contrast_structure = 0;  // mean of contrast x structure
};

// Eq. 13 of Wang et al. 2004, over all windows inside the picture.
Similarity similarity(const Plane& a, const Plane& b) {
  const auto window = gaussian();
  const std::size_t width = a.width - kWindow + 1;
  const std::size_t height = a.height - kWindow + 1;
  Moments columns(a.width);
  Moments mean(width);
  Similarity sum;
  for (std::size_t y = 0; y < height; ++y) {
    sum_columns(a, b, y, window, columns);
    sum_rows(columns.x, window, mean.x);
    sum_rows(columns.y, window, mean.y);
    sum_rows(columns.squares, window, mean.squares);
    sum_rows(columns.product, window, mean.product);
    for (std::size_t x = 0; x < width; ++x) {
      const double product = mean.x[x] * mean.y[x];
      const double squares = mean.x[x] * mean.x[x] + mean.y[x] * mean.y[x];
      const double contrast_structure =
          (2 * (mean.product[x] - product) + kC2) / (mean.squares[x] - squares + kC2);
      sum.contrast_structure += contrast_structure;
      sum.ssim += (2 * product + kC1) / (squares + kC1) * contrast_structure;
    }
  }
  const auto windows = static_cast<double>(width * height);
  return {sum.ssim / windows, sum.contrast_structure / windows};
}

// Means of 2x2. An odd side is first extended by a zero in front (and one behind, which no mean
// reaches), as the widely used pytorch_msssim does, so that figures can be compared.
Plane halved(const Plane& plane) {
  const auto sample = [&](std::size_t y, std::size_t x) {  // y, x: 1 more than in the plane
    return y == 0 || x == 0 ? 0.0 : plane.row(y - 1)[x - 1];
  };
  Plane half{(plane.width + 1) / 2, (plane.height + 1) / 2, {}};
  half.samples.reserve(half.width * half.height);
  for (std::size_t j = 0; j < half.height; ++j)
    for (std::size_t i = 0; i < half.width; ++i) {
      const std::size_t y = 2 * j + 1 - plane.height % 2;
      const std::size_t x = 2 * i + 1 - plane.width % 2;
      half.samples.push_back(
          (sample(y, x) + sample(y, x + 1) + sample(y + 1, x) + sample(y + 1, x + 1)) / 4);
    }
  return half;
}

double ms_ssim_of_planes(Plane a, Plane b) {
  double result = 1;
  for (std::size_t scale = 0; scale < kScaleWeights.size(); ++scale) {
    const bool coarsest = scale + 1 == kScaleWeights.size();
    const Similarity now = similarity(a, b);
    const double value = coarsest ? now.ssim : now.contrast_structure;
    result *= std::pow(std::max(value, 0.0), kScaleWeights[scale]);
    if (!coarsest) {
      a = halved(a);
      b = halved(b);
    }
  }
  return result;
}

// A picture of two grey ones needs one color: the mean over three equal ones is the same.
template <typename Measure>
std::optional<double> mean_over_colors(const Image& reference, const Image& test, int min_side,
                                       const Measure& measure) {
  check_equal_sizes(reference, test);
  if (std::min(reference.width, reference.height) < min_side) return std::nullopt;
  const std::size_t colors = reference.channels == 1 && test.channels == 1 ? 1 : 3;
  double sum = 0;
  for (std::size_t c = 0; c < colors; ++c)
    sum += measure(color_plane(reference, c), color_plane(test, c));
  return sum / static_cast<double>(colors);
}

}  // namespace

std::optional<double> ssim(const Image& reference, const Image& test) {
  return mean_over_colors(reference, test, kSsimMinSide,
                          [](Plane a, Plane b) { return similarity(a, b).ssim; });
}

std::optional<double> ms_ssim(const Image& reference, const Image& test) {
  return mean_over_colors(reference, test, kMsSsimMinSide, ms_ssim_of_planes);
}

}  // namespace vqcodec::codec
