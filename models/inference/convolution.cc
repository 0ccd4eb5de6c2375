#include "models/inference/convolution.h"

#include "models/inference/codec_options.h"

namespace vqcodec::models {

namespace {

using dnnl::memory;
constexpr auto kChannelsLast = memory::format_tag::nhwc;
constexpr auto kLeakyRelu = dnnl::algorithm::eltwise_relu;

// oneDNN reads weights through pointers that are not const.
memory borrowed_values(const std::vector<float>& values, const memory::dims& sizes,
                       memory::format_tag order, const dnnl::engine& engine) {
  return {{sizes, memory::data_type::f32, order}, engine, const_cast<float*>(values.data())};
}

memory::desc shape_of(const Grid& grid, ElementType type) {
  return {{1, grid.channels, grid.height, grid.width}, type, kChannelsLast};
}

}  // namespace

Convolver::Convolver(ElementType compute, Mode mode)
    : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_), compute_(compute), mode_(mode) {}

Tensor Convolver::borrowed(Grid& grid) const {
  return {shape_of(grid, ElementType::f32), engine_, grid.values.data()};
}

Tensor Convolver::converted(const Grid& grid) {
  const memory source(shape_of(grid, ElementType::f32), engine_,
                      const_cast<float*>(grid.values.data()));
  const memory result(shape_of(grid, compute_), engine_);
  execute(dnnl::reorder(source, result), {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, result}});
  return result;
}

Tensor Convolver::activated(const Tensor& x) {
  const auto shape = x.get_desc();
  const memory result(shape, engine_);
  const dnnl::eltwise_forward::primitive_desc plan(
      {dnnl::prop_kind::forward_inference, kLeakyRelu, shape, static_cast<float>(kLeak)}, engine_);
  execute(dnnl::eltwise_forward(plan), {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, result}});
  return result;
}

Tensor Convolver::convolved(const ConvolutionWeights& weights, const Tensor& x) {
  auto result = result_for(weights, x);
  run(weights, x, result, {});
  return result;
}

Tensor Convolver::convolved_and_activated(const ConvolutionWeights& weights, const Tensor& x) {
  auto result = result_for(weights, x);
  dnnl::post_ops after;
  after.append_eltwise(/*scale=*/1, kLeakyRelu, static_cast<float>(kLeak), /*beta=*/0);
  run(weights, x, result, after);
  return result;
}

void Convolver::put(const ConvolutionWeights& weights, const Tensor& x, Tensor& sum) {
  run(weights, x, sum, {});
}

void Convolver::add(const ConvolutionWeights& weights, const Tensor& x, Tensor& sum) {
  dnnl::post_ops after;
  after.append_sum();
  run(weights, x, sum, after);
}

Tensor Convolver::result_for(const ConvolutionWeights& weights, const Tensor& x) const {
  auto sizes = x.get_desc().dims();
  sizes[1] = weights.outputs;
  return {{sizes, compute_, kChannelsLast}, engine_};
}

void Convolver::run(const ConvolutionWeights& weights, const Tensor& x, Tensor& result,
                    const dnnl::post_ops& after) {
  const memory::dims taps{weights.outputs, weights.inputs, 3, 3}, one{1, 1};
  const memory::desc any_order(taps, compute_, memory::format_tag::any);
  const auto bias =
      borrowed_values(weights.bias, {weights.outputs}, memory::format_tag::x, engine_);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(after);
  // The library's own would be shared by threads.
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::convolution_forward::primitive_desc plan(
      {dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, x.get_desc(),
       any_order, bias.get_desc(), result.get_desc(), /*strides=*/one, /*padding=*/one, one},
      attributes, engine_);
  const auto given = borrowed_values(weights.weight, taps, memory::format_tag::oihw, engine_);
  const memory ordered(plan.weights_desc(), engine_), scratch(plan.scratchpad_desc(), engine_);
  execute(dnnl::reorder(given, ordered), {{DNNL_ARG_FROM, given}, {DNNL_ARG_TO, ordered}});
  execute(dnnl::convolution_forward(plan), {{DNNL_ARG_SRC, x},
                                            {DNNL_ARG_WEIGHTS, ordered},
                                            {DNNL_ARG_BIAS, bias},
                                            {DNNL_ARG_DST, result},
                                            {DNNL_ARG_SCRATCHPAD, scratch}});
}

void Convolver::execute(const dnnl::primitive& primitive,
                        const std::unordered_map<int, memory>& arguments) {
  if (mode_ == Mode::kCompile) return;
  primitive.execute(stream_, arguments);
  stream_.wait();
}

}  // namespace vqcodec::models
