#include "models/patterns.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace vqcodec::models {

namespace {

// Black or white, a corner of the color cube, or any color. (3,1,1)
torch::Tensor draw_color(Rng& rng) {
  auto color = torch::empty({3, 1, 1});
  const auto kind = draw(rng, 3);
  const auto grey = static_cast<double>(draw(rng, 2));
  for (std::int64_t c = 0; c < 3; ++c)
    color[c].fill_(kind == 0   ? grey
                   : kind == 1 ? static_cast<double>(draw(rng, 2))
                               : draw_uniform(rng));
  return color;
}

// mask: (H,W) or (1,H,W), 0..1.
torch::Tensor between_colors(const torch::Tensor& mask, Rng& rng) {
  const auto from = draw_color(rng), to = draw_color(rng);
  return from + (to - from) * mask;
}

struct Grid {
  torch::Tensor y, x;  // (side,1) and (1,side), pixels
};

Grid make_grid(std::int64_t side, Rng& rng) {
  const auto line = torch::arange(side, torch::kFloat32);
  return {(line + static_cast<double>(draw(rng, 64))).unsqueeze(1),
          (line + static_cast<double>(draw(rng, 64))).unsqueeze(0)};
}

torch::Tensor parity(const torch::Tensor& x) { return x.floor().remainder(2); }

// Small periods are the hard ones: half of them are 1 to 4 pixels.
double draw_period(Rng& rng) {
  return static_cast<double>(draw(rng, 2) == 0 ? 1 + draw(rng, 4) : 1 + draw(rng, 24));
}

torch::Tensor draw_checkerboard(std::int64_t side, Rng& rng) {
  const auto grid = make_grid(side, rng);
  const auto period = draw_period(rng);
  return between_colors((parity(grid.y / period) - parity(grid.x / period)).abs(), rng);
}

// Hard or sinusoidal; a quarter of them along an axis.
torch::Tensor draw_stripes(std::int64_t side, Rng& rng) {
  const auto grid = make_grid(side, rng);
  const auto angle = draw(rng, 4) == 0 ? std::numbers::pi / 2 * static_cast<double>(draw(rng, 2))
                                       : std::numbers::pi * draw_uniform(rng);
  const auto phase = (grid.y * std::sin(angle) + grid.x * std::cos(angle)) / draw_period(rng);
  const auto smooth = draw(rng, 2) == 0;
  return between_colors(smooth ? 0.5 + 0.5 * torch::sin(phase * std::numbers::pi) : parity(phase),
                        rng);
}

torch::Tensor draw_noise(std::int64_t side, Rng& rng) {
  const auto channels = draw(rng, 2) == 0 ? 1 : 3;
  auto noise = torch::rand({channels, side, side}, rng, torch::kFloat32);
  if (draw(rng, 3) == 0) noise = noise.round();
  return between_colors(noise, rng);
}

torch::Tensor draw_ramp(std::int64_t side, Rng& rng) {
  const auto grid = make_grid(side, rng);
  const auto angle = 2 * std::numbers::pi * draw_uniform(rng);
  const auto ramp = (grid.y * std::sin(angle) + grid.x * std::cos(angle)) /
                    (static_cast<double>(side) * (0.5 + 3 * draw_uniform(rng)));
  return between_colors(ramp.remainder(1), rng);
}

torch::Tensor draw_rectangles(std::int64_t side, Rng& rng) {
  auto picture = draw_color(rng).expand({3, side, side}).clone();
  for (auto left = 4 + draw(rng, 30); left > 0; --left) {
    const auto y = draw(rng, side), x = draw(rng, side);
    const auto height = 1 + draw(rng, side / 2), width = 1 + draw(rng, side / 2);
    picture.slice(1, y, y + height).slice(2, x, x + width).copy_(draw_color(rng));
  }
  return picture;
}

struct Point {
  double y, x;
};

double distance_to_segment(Point p, Point a, Point b) {
  const double dy = b.y - a.y, dx = b.x - a.x;
  const double along = ((p.y - a.y) * dy + (p.x - a.x) * dx) / std::max(dy * dy + dx * dx, 1e-9);
  const double t = std::clamp(along, 0.0, 1.0);
  return std::hypot(p.y - a.y - t * dy, p.x - a.x - t * dx);
}

// One glyph: two to four strokes between the points of a 3x3 lattice in its cell, antialiased.
void draw_glyph(std::vector<float>& ink, std::int64_t side, Point corner, Point size, double pen,
                Rng& rng) {
  const auto lattice = [&] {
    return Point{corner.y + size.y * static_cast<double>(draw(rng, 3)) / 2,
                 corner.x + size.x * static_cast<double>(draw(rng, 3)) / 2};
  };
  const auto clip = [&](double v) { return std::clamp<std::int64_t>(std::lround(v), 0, side); };
  auto from = lattice();
  for (auto strokes = 2 + draw(rng, 3); strokes > 0; --strokes) {
    const auto to = lattice();
    for (auto y = clip(corner.y - 2); y < clip(corner.y + size.y + 3); ++y)
      for (auto x = clip(corner.x - 2); x < clip(corner.x + size.x + 3); ++x) {
        const Point here{static_cast<double>(y), static_cast<double>(x)};
        const auto cover = std::clamp(0.5 + pen / 2 - distance_to_segment(here, from, to), 0., 1.);
        auto& value = ink[static_cast<std::size_t>(y * side + x)];
        value = std::max(value, static_cast<float>(cover));
      }
    from = to;
  }
}

torch::Tensor draw_text(std::int64_t side, Rng& rng) {
  std::vector<float> ink(static_cast<std::size_t>(side * side), 0);
  const auto height = 5 + 15 * draw_uniform(rng) * draw_uniform(rng);
  const auto width = height * (0.4 + 0.2 * draw_uniform(rng));
  const auto pen = std::max(1.0, height * (0.08 + 0.1 * draw_uniform(rng)));
  const auto spacing = 1.3 + 0.5 * draw_uniform(rng);
  const auto limit = static_cast<double>(side);
  for (double y = -height * draw_uniform(rng); y < limit; y += height * spacing)
    for (double x = -width * draw_uniform(rng); x < limit; x += width + pen + 1)
      if (draw(rng, 6) != 0) draw_glyph(ink, side, {y, x}, {height, width}, pen, rng);
  auto mask = torch::tensor(at::ArrayRef<float>(ink)).view({side, side});
  if (draw(rng, 4) == 0) mask = mask.round();
  return between_colors(mask, rng);
}

}  // namespace

torch::Tensor draw_pattern(std::int64_t side, Rng& rng) {
  using Draw = torch::Tensor (*)(std::int64_t, Rng&);
  constexpr std::array<Draw, 8> kinds = {draw_checkerboard, draw_stripes, draw_noise, draw_ramp,
                                         draw_rectangles,   draw_text,    draw_text,  draw_text};
  const auto kind = static_cast<std::size_t>(draw(rng, static_cast<std::int64_t>(kinds.size())));
  return (kinds[kind](side, rng) * 255).round() / 255;
}

}  // namespace vqcodec::models
