#include "models/generative/planar_map.h"

#include <cmath>
#include <numbers>

namespace vqcodec::models {

namespace {

torch::Tensor along(const torch::Tensor& a, const torch::Tensor& b) { return (a * b).sum(-1); }

}  // namespace

torch::Tensor PlanarMap::invertible_u() const {
  const auto now = along(w, u);
  const auto wanted = torch::softplus(now) - 1;
  return u + ((wanted - now) / along(w, w)).unsqueeze(-1) * w;
}

Mapped PlanarMap::forward(const torch::Tensor& z) const {
  const auto u_hat = invertible_u();
  const auto h = (along(z, w) + b).tanh();                  // (N)
  const auto stretch = (1 - h.square()) * along(u_hat, w);  // h'(.) u^'w > -1
  return {.value = z + h.unsqueeze(1) * u_hat, .log_volume = stretch.log1p()};
}

Mapped through_planar_maps(const PlanarMap& maps, torch::Tensor z) {
  const auto u_hat = maps.invertible_u();
  const auto u = u_hat.unbind(1), w = maps.w.unbind(1), b = maps.b.unbind(1);
  std::vector<torch::Tensor> all_h;
  for (std::size_t k = 0; k < u.size(); ++k) {
    all_h.push_back((along(z, w[k]) + b[k]).tanh());
    z = torch::addcmul(z, all_h.back().unsqueeze(1), u[k]);
  }
  const auto stretch = (1 - torch::stack(all_h, 1).square()) * along(u_hat, maps.w);
  return {.value = z, .log_volume = stretch.log1p().sum(1)};
}

torch::Tensor PlanarMap::inverse(const torch::Tensor& f) const {
  torch::NoGradGuard no_grad;
  const int halvings = f.scalar_type() == torch::kFloat64 ? 60 : 30;  // to the last bits
  const auto u_hat = invertible_u();
  // With a = w'z + b: w'f + b = a + w'u^ tanh(a), so that a is less than |w'u^| away from it.
  const auto pull = along(u_hat, w);
  const auto target = along(f, w) + b;
  auto low = target - pull.abs(), high = target + pull.abs();
  for (int i = 0; i < halvings; ++i) {
    const auto middle = 0.5 * (low + high);
    const auto below = middle + pull * middle.tanh() < target;
    low = torch::where(below, middle, low);
    high = torch::where(below, high, middle);
  }
  return f - (0.5 * (low + high)).tanh().unsqueeze(1) * u_hat;
}

PlanarMap identity_maps(std::int64_t count, std::int64_t dimension, double reach) {
  const double identity = std::log(std::numbers::e - 1);  // m(identity) = 0
  const auto w = std::sqrt(2.0 / static_cast<double>(dimension)) * torch::randn({count, dimension});
  const auto near = reach * (2 * torch::rand({count, dimension}) - 1);  // points on the lines
  return {.u = identity * w / w.square().sum(1, /*keepdim=*/true), .w = w, .b = -along(w, near)};
}

PlanarFlow::PlanarFlow(std::int64_t dimension) : map_(identity_maps(1, dimension, /*reach=*/2)) {
  map_.u = register_parameter("u", map_.u);
  map_.w = register_parameter("w", map_.w);
  map_.b = register_parameter("b", map_.b);
}

}  // namespace vqcodec::models
