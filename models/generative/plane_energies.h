// models/generative/plane_energies.h: the four test energies of Rezende and Mohamed,
// arXiv:1505.05770, table 1, as densities on a square. U2 to U4 are not normalizable on the plane.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

namespace vqcodec::models {

inline constexpr double kBox = 4;  // the square [-4,4]^2

std::vector<std::string> plane_energy_names();  // "u1" .. "u4"
// U(z), (N,2) to (N) nats.
torch::Tensor plane_energy(const std::string& name, const torch::Tensor& z);
// What is added to an energy beyond the box, where it rises steeply and smoothly; 0 within.
torch::Tensor box_wall(const torch::Tensor& z);

// Centres of side^2 equal cells of a square about the origin, row by row from the top.
struct PlaneGrid {
  torch::Tensor points;  // (side^2,2) float64
  double cell = 0;       // area
};
PlaneGrid plane_grid(double reach, std::int64_t side);
// The integral of what has these logarithms at the cells, log-transformed.
double log_integral(const torch::Tensor& logs, const PlaneGrid& grid);

// p = exp(-U - wall) / Z.
class PlaneDensity {
 public:
  explicit PlaneDensity(std::string name);

  torch::Tensor energy(const torch::Tensor& z) const {  // U + wall
    return plane_energy(name_, z) + box_wall(z);
  }
  double log_partition() const { return log_partition_; }  // by quadrature
  // (n,1,1,2) float32, exact but for the size of the quadrature's cells.
  torch::Tensor draw(std::int64_t n, std::uint64_t seed) const;

 private:
  std::string name_;
  double log_partition_;
};

}  // namespace vqcodec::models
