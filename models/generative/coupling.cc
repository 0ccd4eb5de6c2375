#include "models/generative/coupling.h"

#include "models/layers.h"

namespace vqcodec::models {

namespace {

// 1 where (row + column) is even (or odd), of vectors at even places; in the shape of one example.
torch::Tensor checkerboard_like(const torch::Tensor& x, bool second) {
  auto place = torch::arange(x.size(-1), x.options());
  if (x.dim() == 4) place = place + torch::arange(x.size(-2), x.options()).unsqueeze(1);
  return place.remainder(2).eq(second ? 1 : 0).to(x.scalar_type());
}

// At first a coupling that shrinks keeps sigmoid(2) = 0.88 of what it moves.
constexpr double kKept = 2;

}  // namespace

CouplingSizes coupling_sizes(const CouplingSplit& split, std::int64_t values, CouplingKind kind) {
  const auto first = values / 2;
  const auto kept = split.checkerboard ? values : split.second ? values - first : first;
  const auto moved = split.checkerboard ? values : values - kept;
  return {.inputs = kept, .outputs = kind == CouplingKind::kAdditive ? moved : 2 * moved};
}

Coupling::Coupling(const CouplingSplit& split, CouplingKind kind, torch::nn::Sequential network)
    : split_(split), kind_(kind) {
  network_ = register_module("network", std::move(network));
  if (kind == CouplingKind::kAffine) scale_ = register_parameter("scale", torch::ones({1}));
  torch::NoGradGuard no_grad;
  for (auto& parameter : network_->children().back()->parameters()) parameter.zero_();
}

Coupling::Parts Coupling::parted(const torch::Tensor& x) const {
  if (split_.checkerboard) {
    const auto mask = checkerboard_like(x, split_.second);
    return {.kept = x * mask, .moved = x * (1 - mask)};
  }
  const auto first = x.narrow(1, 0, x.size(1) / 2);
  const auto second = x.narrow(1, x.size(1) / 2, x.size(1) - x.size(1) / 2);
  return split_.second ? Parts{second, first} : Parts{first, second};
}

torch::Tensor Coupling::join(const Parts& parts) const {
  if (split_.checkerboard) return parts.kept + parts.moved;
  return split_.second ? torch::cat({parts.moved, parts.kept}, 1)
                       : torch::cat({parts.kept, parts.moved}, 1);
}

Coupling::Moves Coupling::moves(const torch::Tensor& kept) {
  const auto output = network_->forward(kept);
  Moves moves{.shift = output, .log_scale = torch::zeros_like(output)};
  if (kind_ != CouplingKind::kAdditive) {
    const auto halves = output.chunk(2, 1);
    moves = {.shift = halves[0], .log_scale = log_scale_of(halves[1])};
  }
  if (!split_.checkerboard) return moves;
  const auto moved = 1 - checkerboard_like(kept, split_.second);
  return {.shift = moved * moves.shift, .log_scale = moved * moves.log_scale};
}

torch::Tensor Coupling::log_scale_of(const torch::Tensor& output) const {
  return kind_ == CouplingKind::kAffine ? scale_ * output.tanh()
                                        : torch::log_sigmoid(output + kKept);
}

Mapped Coupling::forward(const torch::Tensor& x) {
  const auto [kept, moved] = parted(x);
  const auto [shift, log_scale] = moves(kept);
  return {.value = join({kept, moved * log_scale.exp() + shift}),
          .log_volume = log_scale.flatten(1).sum(1)};
}

torch::Tensor Coupling::inverse(const torch::Tensor& y) {
  const auto [kept, moved] = parted(y);
  const auto [shift, log_scale] = moves(kept);
  return join({kept, (moved - shift) * (-log_scale).exp()});
}

torch::nn::Sequential coupling_perceptron(const CouplingSizes& sizes,
                                          const std::vector<std::int64_t>& hidden) {
  std::vector<std::int64_t> layers = {sizes.inputs};
  layers.insert(layers.end(), hidden.begin(), hidden.end());
  layers.push_back(sizes.outputs);
  return perceptron(layers, "relu");
}

torch::nn::Sequential coupling_convolutions(const CouplingSizes& sizes, std::int64_t channels) {
  const auto convolution = [](std::int64_t in, std::int64_t out, std::int64_t side) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, side).padding(side / 2));
  };
  return torch::nn::Sequential(convolution(sizes.inputs, channels, 3), torch::nn::ReLU(),
                               convolution(channels, channels, 1), torch::nn::ReLU(),
                               convolution(channels, sizes.outputs, 3));
}

}  // namespace vqcodec::models
