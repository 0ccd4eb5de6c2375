#include "models/generative/attention.h"

#include <cmath>

namespace vqcodec::models {

namespace {

torch::nn::Conv2d pointwise(std::int64_t inputs, std::int64_t outputs) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(inputs, outputs, 1));
}

torch::Tensor as_rows(const torch::Tensor& x) { return x.flatten(2).transpose(1, 2); }  // (N,H W,C)

// From -0.5 to 0.5, also where there is one place only.
torch::Tensor positions(std::int64_t count) {
  return (torch::arange(count) + 0.5) / static_cast<double>(count) - 0.5;
}

}  // namespace

CausalAttentionImpl::CausalAttentionImpl(std::int64_t channels, std::int64_t width,
                                         std::int64_t height, std::int64_t columns,
                                         std::int64_t inputs) {
  query_ = register_module("query", pointwise(channels + 2, width));
  key_ = register_module("key", pointwise(channels + inputs + 2, width));
  value_ = register_module("value", pointwise(channels + inputs + 2, width));
  leave_ = register_module("leave", pointwise(width, channels));
  const auto rows = positions(height).view({1, 1, height, 1}).expand({1, 1, height, columns});
  const auto across = positions(columns).view({1, 1, 1, columns}).expand({1, 1, height, columns});
  places_ = register_buffer("places", torch::cat({rows, across}, 1));
}

torch::Tensor CausalAttentionImpl::with_places(const torch::Tensor& x,
                                               const torch::Tensor& places) const {
  return torch::cat({x, places.expand({x.size(0), -1, -1, -1})}, 1);
}

torch::Tensor CausalAttentionImpl::place(std::int64_t number) const {
  return places_.flatten(2).select(2, number).view({1, 2, 1, 1});
}

torch::Tensor CausalAttentionImpl::forward(const torch::Tensor& features,
                                           const torch::Tensor& pixels) {
  const auto queries = as_rows(query_(with_places(features, places_)));
  const auto seen = with_places(torch::cat({features, pixels}, 1), places_);
  const auto keys = as_rows(key_(seen)), values = as_rows(value_(seen));  // (N,T,width)
  const auto t = keys.size(1);
  const auto is_before = torch::ones({t, t}, keys.options().dtype(torch::kBool)).tril(-1);
  // Finite, so that the first place, which has none before it, gets numbers: its weights are then
  // taken away.
  const double never = -1e9;
  const auto scale = 1 / std::sqrt(static_cast<double>(keys.size(2)));
  const auto weights = (torch::matmul(queries, keys.transpose(1, 2)) * scale)
                           .masked_fill(is_before.logical_not(), never)
                           .softmax(2) *
                       is_before;
  const auto found = torch::matmul(weights, values).transpose(1, 2);
  return features +
         leave_(found.reshape({features.size(0), -1, features.size(2), features.size(3)}));
}

CausalAttentionImpl::Memory CausalAttentionImpl::memory(std::int64_t n) const {
  const auto room = torch::zeros(
      {n, places_.size(2) * places_.size(3), key_->options.out_channels()}, places_.options());
  return {.keys = room, .values = room.clone()};
}

torch::Tensor CausalAttentionImpl::step(const torch::Tensor& features, const Memory& memory) {
  const auto query = query_(with_places(features, place(memory.places))).flatten(1);  // (N,width)
  auto found = torch::zeros_like(query);
  if (memory.places > 0) {
    const auto keys = memory.keys.narrow(1, 0, memory.places);
    const auto scale = 1 / std::sqrt(static_cast<double>(keys.size(2)));
    const auto weights = (torch::bmm(keys, query.unsqueeze(2)) * scale).softmax(1);  // (N,t,1)
    found = (weights * memory.values.narrow(1, 0, memory.places)).sum(1);
  }
  return features + leave_(found.unsqueeze(-1).unsqueeze(-1));
}

void CausalAttentionImpl::remember(const torch::Tensor& features, const torch::Tensor& pixel,
                                   Memory& memory) {
  const auto seen = with_places(torch::cat({features, pixel}, 1), place(memory.places));
  memory.keys.select(1, memory.places).copy_(key_(seen).flatten(1));
  memory.values.select(1, memory.places).copy_(value_(seen).flatten(1));
  ++memory.places;
}

}  // namespace vqcodec::models
