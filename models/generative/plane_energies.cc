#include "models/generative/plane_energies.h"

#include <cmath>
#include <numbers>

#include "entropy/error.h"
#include "models/model.h"

namespace vqcodec::models {

namespace {

constexpr double kWallWidth = 0.1;         // one nat's half at this distance beyond the box
constexpr double kWithWall = kBox + 1;     // beyond it nothing is left: the wall is 50 nats high
constexpr std::int64_t kQuadrature = 500;  // cells on a side

torch::Tensor squared(const torch::Tensor& x, double scale) { return (x / scale).square(); }

// -log(exp(-a / 2) + exp(-b / 2)), of two ridges.
torch::Tensor either(const torch::Tensor& a, const torch::Tensor& b) {
  return -torch::logaddexp(-0.5 * a, -0.5 * b);
}

PlaneGrid quadrature() { return plane_grid(kWithWall, kQuadrature); }

}  // namespace

std::vector<std::string> plane_energy_names() { return {"u1", "u2", "u3", "u4"}; }

torch::Tensor plane_energy(const std::string& name, const torch::Tensor& z) {
  const auto z1 = z.select(1, 0), z2 = z.select(1, 1);
  const auto w1 = (0.5 * std::numbers::pi * z1).sin();
  if (name == "u1")
    return 0.5 * squared(z.norm(2, 1) - 2, 0.4) +
           either(squared(z1 - 2, 0.6), squared(z1 + 2, 0.6));
  if (name == "u2") return 0.5 * squared(z2 - w1, 0.4);
  if (name == "u3") {
    const auto w2 = 3 * (-0.5 * squared(z1 - 1, 0.6)).exp();
    return either(squared(z2 - w1, 0.35), squared(z2 - w1 + w2, 0.35));
  }
  if (name == "u4") {
    const auto w3 = 3 * ((z1 - 1) / 0.3).sigmoid();
    return either(squared(z2 - w1, 0.4), squared(z2 - w1 + w3, 0.35));
  }
  throw Error(ErrorKind::kUsage, "no energy of the plane is called ", name, ", expected u1 to u4");
}

torch::Tensor box_wall(const torch::Tensor& z) {
  return 0.5 * squared((z.abs() - kBox).clamp_min(0), kWallWidth).sum(1);
}

PlaneGrid plane_grid(double reach, std::int64_t side) {
  const double spacing = 2 * reach / static_cast<double>(side);
  const auto line = -reach + spacing * (torch::arange(side, torch::kFloat64) + 0.5);
  const auto down = torch::cartesian_prod({line.flip(0), line});  // (z2, z1)
  return {.points = down.flip(1), .cell = spacing * spacing};
}

double log_integral(const torch::Tensor& logs, const PlaneGrid& grid) {
  return logs.logsumexp(0).item<double>() + std::log(grid.cell);
}

PlaneDensity::PlaneDensity(std::string name) : name_(std::move(name)) {
  const auto grid = quadrature();
  log_partition_ = log_integral(-energy(grid.points), grid);
}

torch::Tensor PlaneDensity::draw(std::int64_t n, std::uint64_t seed) const {
  auto rng = make_rng(seed, 0);
  const auto grid = quadrature();
  const auto total = (-energy(grid.points)).softmax(0).cumsum(0);
  const auto cells = torch::searchsorted(total, torch::rand({n}, rng, torch::kFloat64))
                         .clamp_max(total.numel() - 1);
  const auto within = torch::rand({n, 2}, rng, torch::kFloat64) - 0.5;
  const auto points = grid.points.index_select(0, cells) + std::sqrt(grid.cell) * within;
  return points.to(torch::kFloat32).view({n, 1, 1, 2});
}

}  // namespace vqcodec::models
