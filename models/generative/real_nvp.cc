#include "models/generative/real_nvp.h"

#include "models/generative/coupling.h"
#include "models/generative/flow_layers.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

namespace {

// Couplings of one kind, each keeping what the last one moved.
void add_couplings(FlowChain& flow, std::int64_t count, bool checkerboard, std::int64_t channels,
                   const RealNvpOptions& options) {
  for (std::int64_t i = 0; i < count; ++i) {
    const CouplingSplit split{.checkerboard = checkerboard, .second = i % 2 == 1};
    const auto sizes = coupling_sizes(split, channels, CouplingKind::kAffine);
    flow.add(std::make_shared<Coupling>(split, CouplingKind::kAffine,
                                        coupling_convolutions(sizes, options.channels)));
    if (options.normalization == "batch") flow.add(std::make_shared<BatchNormalization>(channels));
  }
}

std::shared_ptr<Flow> level(const PictureShape& shape, std::int64_t levels,
                            const RealNvpOptions& options) {
  auto flow = std::make_shared<FlowChain>();
  if (levels == 1) {
    add_couplings(*flow, 4, /*checkerboard=*/true, shape.channels, options);
    flow->add(std::make_shared<Flatten>(shape));
    return flow;
  }
  const auto coarse = squeezed(shape);
  add_couplings(*flow, 3, /*checkerboard=*/true, shape.channels, options);
  flow->add(std::make_shared<Squeeze>());
  add_couplings(*flow, 3, /*checkerboard=*/false, coarse.channels, options);
  return std::make_shared<MultiScale>(flow, level(half_of_channels(coarse), levels - 1, options),
                                      coarse);
}

}  // namespace

OptionList RealNvpOptions::list() {
  return {
      {"levels", "resolutions", IntegerOption{&levels, 1, 8}},
      {"channels", "of the couplings' networks", IntegerOption{&channels, 1, 65536}},
      {"logit-alpha", kAboutLogit, RealOption{&logit_alpha, 0, 0.4}},
      {"normalization", "after each coupling", ChoiceOption{&normalization, {"batch", "none"}}}};
}

RealNvp::RealNvp(const RealNvpOptions& options, const PictureShape& shape)
    : DensityFlow({.logit_alpha = options.logit_alpha}, shape) {
  flow().add(level(shape, options.levels, options));
}

std::unique_ptr<ModelFactory> make_real_nvp_factory() {
  return std::make_unique<SimpleFactory<RealNvp, RealNvpOptions>>();
}

}  // namespace vqcodec::models
