#include "models/generative/gated_layer.h"

namespace vqcodec::models {

namespace {

namespace F = torch::nn::functional;

// Zeros around x; a negative number takes rows away.
torch::Tensor padded(const torch::Tensor& x, std::int64_t left, std::int64_t right,
                     std::int64_t top, std::int64_t bottom) {
  return F::pad(x, F::PadFuncOptions({left, right, top, bottom}));
}

// Which output sees which input of its own place, (outputs,inputs).
torch::Tensor order_mask(std::int64_t inputs, std::int64_t outputs, std::int64_t colours,
                         bool strict, std::int64_t blocks) {
  const auto of_output = torch::arange(outputs / blocks).remainder(colours).repeat({blocks});
  const auto of_input = torch::arange(inputs).remainder(colours);
  return strict ? of_input < of_output.unsqueeze(1) : of_input <= of_output.unsqueeze(1);
}

}  // namespace

torch::Tensor gate(const torch::Tensor& x, const torch::Tensor& condition) {
  const auto parts = (condition.defined() ? x + condition : x).chunk(2, /*dim=*/1);
  return parts[0].tanh() * parts[1].sigmoid();
}

torch::Tensor half_of(const torch::Tensor& condition, std::size_t half) {
  return condition.defined() ? condition.chunk(2, 1)[half] : condition;
}

OrderedConvolutionImpl::OrderedConvolutionImpl(std::int64_t inputs, std::int64_t outputs,
                                               std::int64_t taps, std::int64_t colours, bool strict,
                                               std::int64_t blocks)
    : Conv2dImpl(torch::nn::Conv2dOptions(inputs, outputs, {1, taps})) {
  if (colours == 1) return;
  const auto own = order_mask(inputs, outputs, colours, strict, blocks).to(torch::kFloat32);
  auto mask = torch::ones({outputs, inputs, 1, taps});
  mask.select(3, taps - 1).select(2, 0).copy_(own);
  mask_ = register_buffer("mask", mask);
}

torch::Tensor OrderedConvolutionImpl::forward(const torch::Tensor& x) {
  return torch::conv2d(x, mask_.defined() ? weight * mask_ : weight, bias);
}

GatedLayerImpl::GatedLayerImpl(std::int64_t inputs, std::int64_t channels, std::int64_t kernel,
                               bool first, std::int64_t colours)
    : kernel_(kernel), taps_(kernel / 2 + 1), first_(first) {
  const auto convolution = [](std::int64_t in, std::int64_t out, std::int64_t h, std::int64_t w) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, {h, w}));
  };
  vertical_ = register_module("vertical", convolution(inputs, 2 * channels, taps_, kernel));
  // The first one's window ends before the place, and so hides nothing.
  horizontal_ = register_module("horizontal",
                                OrderedConvolution(inputs, 2 * channels, taps_, first ? 1 : colours,
                                                   /*strict=*/false, /*blocks=*/2));
  link_ = register_module("link", convolution(2 * channels, 2 * channels, 1, 1));
  leave_ = register_module("leave", OrderedConvolution(channels, channels, 1, colours));
  if (first && colours > 1)
    own_ = register_module("own", OrderedConvolution(inputs, 2 * channels, 1, colours,
                                                     /*strict=*/true, /*blocks=*/2));
}

torch::Tensor GatedLayerImpl::horizontal(const torch::Tensor& input,
                                         const torch::Tensor& vertical) {
  const auto columns = input.size(3) - before();
  const auto seen = horizontal_(input.narrow(3, 0, columns + taps_ - 1)) + link_(vertical);
  return own_.is_empty() ? seen : seen + own_(input.narrow(3, before(), columns));
}

GatedLayerImpl::Stacks GatedLayerImpl::forward(const Stacks& inputs,
                                               const torch::Tensor& condition) {
  const auto rows =
      vertical(padded(inputs.vertical, margin(), margin(), before(), -std::int64_t{first_}));
  const auto places = horizontal(padded(inputs.horizontal, before(), 0, 0, 0), rows);
  return {.vertical = gate(rows, half_of(condition, 0)),
          .horizontal = leave(gate(places, half_of(condition, 1)), inputs.horizontal)};
}

}  // namespace vqcodec::models
