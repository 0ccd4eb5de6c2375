#include "models/inference/block_transform.h"

#include <oneapi/dnnl/dnnl.h>

#include <algorithm>

#include "entropy/error.h"
#include "models/inference/codec_options.h"

namespace vqcodec::models {

namespace {

constexpr int kSide = static_cast<int>(kBlock);
constexpr int kColors = 3;
constexpr float kMidGrey = 0.5f;

// f(channel of the block, sample of the picture) for all of them.
template <typename Blocks, typename Picture, typename Function>
void for_each_sample(Blocks& blocks, Picture& picture, Function f) {
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      auto* block = blocks.at(y / kSide, x / kSide) + (y % kSide) * kSide + x % kSide;
      auto* sample = picture.at(y, x);
      for (int color = 0; color < kColors; ++color) f(block[color * kSide * kSide], sample[color]);
    }
}

}  // namespace

Grid unshuffled(const Grid& picture) {
  auto blocks = make_grid(picture.height / kSide, picture.width / kSide, kColors * kSide * kSide);
  for_each_sample(blocks, picture,
                  [](float& in_block, float sample) { in_block = sample - kMidGrey; });
  return blocks;
}

Grid shuffled(const Grid& blocks) {
  auto picture = make_grid(blocks.height * kSide, blocks.width * kSide, kColors);
  for_each_sample(blocks, picture,
                  [](float in_block, float& sample) { sample = in_block + kMidGrey; });
  return picture;
}

Grid multiplied(const Grid& x, const std::vector<float>& matrix, int outputs) {
  auto result = make_grid(x.height, x.width, outputs);
  const auto rows = static_cast<dnnl_dim_t>(x.places());
  const auto status =
      dnnl_sgemm('N', 'N', rows, outputs, x.channels, 1, x.values.data(), x.channels, matrix.data(),
                 outputs, 0, result.values.data(), outputs);
  if (status != dnnl_success) throw Error(ErrorKind::kInternal, "oneDNN: matrix product: ", status);
  return result;
}

Grid channels_of(const Grid& x, int first, int count) {
  auto result = make_grid(x.height, x.width, count);
  for (int y = 0; y < x.height; ++y)
    for (int i = 0; i < x.width; ++i) std::copy_n(x.at(y, i) + first, count, result.at(y, i));
  return result;
}

Grid joined_channels(const Grid& a, const Grid& b) {
  auto result = make_grid(a.height, a.width, a.channels + b.channels);
  for (int y = 0; y < a.height; ++y)
    for (int x = 0; x < a.width; ++x)
      std::copy_n(b.at(y, x), b.channels, std::copy_n(a.at(y, x), a.channels, result.at(y, x)));
  return result;
}

Grid ordered_channels(const Grid& x, const std::vector<std::int64_t>& order) {
  auto result = make_grid(x.height, x.width, x.channels);
  for (int y = 0; y < x.height; ++y)
    for (int i = 0; i < x.width; ++i) {
      const float* from = x.at(y, i);
      float* to = result.at(y, i);
      for (const auto channel : order) *to++ = from[channel];
    }
  return result;
}

Grid haar_step(const Grid& x) {
  const int channels = x.channels;
  auto result = make_grid(x.height / 2, x.width / 2, 4 * channels);
  for (int y = 0; y < result.height; ++y)
    for (int i = 0; i < result.width; ++i) {
      const float *a = x.at(2 * y, 2 * i), *b = x.at(2 * y, 2 * i + 1);
      const float *c = x.at(2 * y + 1, 2 * i), *d = x.at(2 * y + 1, 2 * i + 1);
      float* to = result.at(y, i);
      for (int k = 0; k < channels; ++k) {
        to[k] = (a[k] + b[k] + c[k] + d[k]) / 2;
        to[channels + k] = (a[k] - b[k] + c[k] - d[k]) / 2;
        to[2 * channels + k] = (a[k] + b[k] - c[k] - d[k]) / 2;
        to[3 * channels + k] = (a[k] - b[k] - c[k] + d[k]) / 2;
      }
    }
  return result;
}

Grid haar_step_back(const Grid& coefficients) {
  const int channels = coefficients.channels / 4;
  auto result = make_grid(coefficients.height * 2, coefficients.width * 2, channels);
  for (int y = 0; y < coefficients.height; ++y)
    for (int x = 0; x < coefficients.width; ++x) {
      const float* low = coefficients.at(y, x);
      const float *h = low + channels, *v = h + channels, *d = v + channels;
      float *a = result.at(2 * y, 2 * x), *b = result.at(2 * y, 2 * x + 1);
      float *c = result.at(2 * y + 1, 2 * x), *e = result.at(2 * y + 1, 2 * x + 1);
      for (int k = 0; k < channels; ++k) {
        a[k] = (low[k] + h[k] + v[k] + d[k]) / 2;
        b[k] = (low[k] - h[k] + v[k] - d[k]) / 2;
        c[k] = (low[k] + h[k] - v[k] - d[k]) / 2;
        e[k] = (low[k] - h[k] - v[k] + d[k]) / 2;
      }
    }
  return result;
}

}  // namespace vqcodec::models
