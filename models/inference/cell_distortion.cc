#include "models/inference/cell_distortion.h"

#include <cstddef>

#include "models/inference/codec_options.h"

namespace vqcodec::models {

namespace {

constexpr int kColors = 3;
constexpr double kC1 = 0.01 * 0.01, kC2 = 0.03 * 0.03;

// Means of squares of pixels x pixels.
Grid reduced(const Grid& picture, int pixels) {
  if (pixels == 1) return picture;
  auto result = make_grid(picture.height / pixels, picture.width / pixels, picture.channels);
  const float share = 1 / static_cast<float>(pixels * pixels);
  for (int y = 0; y < result.height * pixels; ++y)
    for (int x = 0; x < result.width * pixels; ++x)
      for (int c = 0; c < picture.channels; ++c)
        result.at(y / pixels, x / pixels)[c] += picture.at(y, x)[c] * share;
  return result;
}

// Of one channel of a cell, its pixels seen as one window: eq. 13 of Wang et al. 2004.
double similarity(const Grid& a, const Grid& b, int top, int left, int side, int channel) {
  double sum_a = 0, sum_b = 0, squares = 0, products = 0;
  for (int y = top; y < top + side; ++y)
    for (int x = left; x < left + side; ++x) {
      // About mid-grey, for the differences' sake.
      const double p = static_cast<double>(a.at(y, x)[channel]) - 0.5;
      const double q = static_cast<double>(b.at(y, x)[channel]) - 0.5;
      sum_a += p;
      sum_b += q;
      squares += p * p + q * q;
      products += p * q;
    }
  const double count = side * side;
  const double mean_a = sum_a / count, mean_b = sum_b / count;
  const double covariance = products / count - mean_a * mean_b;
  const double variances = squares / count - mean_a * mean_a - mean_b * mean_b;
  const double grey_a = mean_a + 0.5, grey_b = mean_b + 0.5;
  const double luminance = (2 * grey_a * grey_b + kC1) / (grey_a * grey_a + grey_b * grey_b + kC1);
  return luminance * (2 * covariance + kC2) / (variances + kC2);
}

// f(row, column) of each cell.
template <typename Function>
std::vector<double> by_cell(const Grid& picture, int side, Function f) {
  std::vector<double> values;
  for (int row = 0; row < picture.height / side; ++row)
    for (int column = 0; column < picture.width / side; ++column) values.push_back(f(row, column));
  return values;
}

}  // namespace

std::vector<double> cell_squared_error(const Grid& reference, const Grid& test, int side) {
  return by_cell(reference, side, [&](int row, int column) {
    double sum = 0;
    for (int y = row * side; y < (row + 1) * side; ++y) {
      const float *a = reference.at(y, column * side), *b = test.at(y, column * side);
      float of_row = 0;
      for (int i = 0; i < kColors * side; ++i) of_row += (a[i] - b[i]) * (a[i] - b[i]);
      sum += static_cast<double>(of_row);
    }
    return sum * 255 * 255 / (kColors * side * side);
  });
}

std::vector<double> cell_dissimilarity(const Grid& reference, const Grid& test, int side) {
  constexpr int kScales[] = {1, 2, 4};
  std::vector<double> total(reference.places() / static_cast<std::size_t>(side * side));
  for (const int pixels : kScales) {
    const auto a = reduced(reference, pixels), b = reduced(test, pixels);
    const int own = side / pixels;
    const auto similar = by_cell(a, own, [&](int row, int column) {
      double sum = 0;
      for (int c = 0; c < kColors; ++c) sum += similarity(a, b, row * own, column * own, own, c);
      return sum / kColors;
    });
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += similar[i] / std::size(kScales);
  }
  for (auto& value : total) value = (1 - value) * kSquaredErrorsOfMsSsim;
  return total;
}

}  // namespace vqcodec::models
