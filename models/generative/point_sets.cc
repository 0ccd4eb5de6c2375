#include "models/generative/point_sets.h"

#include <cmath>
#include <numbers>

#include "entropy/error.h"
#include "models/model.h"

namespace vqcodec::models {

namespace {

constexpr double kPi = std::numbers::pi;

torch::Tensor on_circle(const torch::Tensor& angle, const torch::Tensor& radius) {
  return torch::stack({radius * angle.cos(), radius * angle.sin()}, 1);
}

// Two half circles that reach into each other.
torch::Tensor moons(const torch::Tensor& angle, const torch::Tensor& which) {
  const auto side = 1 - 2 * which;  // 1 or -1
  return torch::stack({side * (1.5 * angle.cos() - 0.75), side * (1.5 * angle.sin() - 0.375)}, 1);
}

}  // namespace

std::vector<std::string> point_set_names() {
  return {"eight-gaussians", "rings", "moons", "checkerboard"};
}

torch::Tensor draw_points(const std::string& name, std::int64_t n, std::uint64_t seed) {
  auto rng = make_rng(seed, 0);
  const auto uniform = [&] { return torch::rand({n}, rng, torch::kFloat32); };
  const auto choice = [&](std::int64_t most) {
    return torch::randint(most, {n}, rng, torch::kFloat32);
  };
  const auto noise = torch::randn({n, 2}, rng, torch::kFloat32);
  torch::Tensor points;
  if (name == "eight-gaussians") {
    const auto angle = choice(8) * (kPi / 4);
    points = on_circle(angle, torch::full_like(angle, 2)) + 0.2 * noise;
  } else if (name == "rings") {
    points = on_circle(2 * kPi * uniform(), 1 + choice(2)) + 0.1 * noise;
  } else if (name == "moons") {
    points = moons(kPi * uniform(), choice(2)) + 0.1 * noise;
  } else if (name == "checkerboard") {  // of unit squares, 4 x 4 about the origin
    const auto column = choice(4), row = 2 * choice(2) + column.remainder(2);
    points = torch::stack({column + uniform() - 2, row + uniform() - 2}, 1);
  } else {
    throw Error(ErrorKind::kUsage, "no point set is called ", name);
  }
  return points.view({n, 1, 1, 2});
}

ImageSets point_sets(const std::string& name) {
  const auto set = [&](std::int64_t n, std::uint64_t seed) {
    return ImageSet{.images = draw_points(name, n, seed), .labels = {}};
  };
  return {.train = set(20000, 1), .validation = set(2000, 2), .test = set(5000, 3)};
}

}  // namespace vqcodec::models
