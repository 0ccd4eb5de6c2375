#include "models/generative/glow.h"

#include "models/generative/coupling.h"
#include "models/generative/flow_layers.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

namespace {

// Figure 2a.
void add_step(FlowChain& flow, std::int64_t channels, const GlowOptions& options) {
  const auto kind =
      options.coupling == "affine" ? CouplingKind::kShrinking : CouplingKind::kAdditive;
  const CouplingSplit split{};  // the mixture of channels comes between
  flow.add(std::make_shared<ActivationNormalization>(channels));
  flow.add(std::make_shared<ChannelMixing>(channels));
  flow.add(std::make_shared<Coupling>(
      split, kind, coupling_convolutions(coupling_sizes(split, channels, kind), options.channels)));
}

// What leaves is the first half: the second is kept, and says what to expect of it.
std::shared_ptr<Flow> expectation(std::int64_t channels) {
  const CouplingSplit split{.second = true};
  const auto sizes = coupling_sizes(split, channels, CouplingKind::kAffine);
  const auto convolution = torch::nn::Conv2d(
      torch::nn::Conv2dOptions(sizes.inputs, sizes.outputs, /*kernel_size=*/3).padding(1));
  return std::make_shared<Coupling>(split, CouplingKind::kAffine,
                                    torch::nn::Sequential(convolution));
}

// Figure 2b.
std::shared_ptr<Flow> level(const PictureShape& shape, std::int64_t levels,
                            const GlowOptions& options) {
  const auto coarse = squeezed(shape);
  auto flow = std::make_shared<FlowChain>();
  flow->add(std::make_shared<Squeeze>());
  for (std::int64_t k = 0; k < options.steps; ++k) add_step(*flow, coarse.channels, options);
  if (levels == 1) {
    flow->add(std::make_shared<Flatten>(coarse));
    return flow;
  }
  flow->add(expectation(coarse.channels));
  return std::make_shared<MultiScale>(flow, level(half_of_channels(coarse), levels - 1, options),
                                      coarse);
}

}  // namespace

OptionList GlowOptions::list() {
  return {{"levels", "L, each at half the last one's resolution", IntegerOption{&levels, 1, 8}},
          {"flow-steps", "K of each level", IntegerOption{&steps, 1, 1000}},
          {"channels", "of the couplings' networks", IntegerOption{&channels, 1, 65536}},
          {"coupling", "affine or additive", ChoiceOption{&coupling, {"affine", "additive"}}},
          {"logit-alpha", kAboutLogit, RealOption{&logit_alpha, 0, 0.4}}};
}

Glow::Glow(const GlowOptions& options, const PictureShape& shape)
    : DensityFlow({.logit_alpha = options.logit_alpha}, shape) {
  flow().add(level(shape, options.levels, options));
}

std::unique_ptr<ModelFactory> make_glow_factory() {
  return std::make_unique<SimpleFactory<Glow, GlowOptions>>();
}

}  // namespace vqcodec::models
