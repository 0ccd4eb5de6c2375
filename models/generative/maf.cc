#include "models/generative/maf.h"

#include "models/generative/autoregressive_flow.h"
#include "models/generative/flow_layers.h"

namespace vqcodec::models {

OptionList MafOptions::list() {
  return {{"blocks", "each in the last one's order reversed", IntegerOption{&blocks, 1, 1000}},
          {"hidden", "units of a block's layers", ListOption{&hidden, 1, 65536}},
          {"normalization", "after each block", ChoiceOption{&normalization, {"batch", "none"}}},
          {"logit-alpha", kAboutLogit, RealOption{&logit_alpha, 0, 0.4}},
          data.option()};
}

Maf::Maf(const MafOptions& options, const PictureShape& shape)
    : DensityFlow({.logit_alpha = options.data.points() ? 0 : options.logit_alpha,
                   .points = options.data.points()},
                  shape) {
  flow().add(std::make_shared<Flatten>(shape));
  for (std::int64_t i = 0; i < options.blocks; ++i) {
    if (i > 0) flow().add(std::make_shared<Reversal>());
    flow().add(std::make_shared<MaskedAutoregressiveFlow>(
        MadeOptions{.values = shape.values(), .hidden = options.hidden}));
    if (options.normalization == "batch")
      flow().add(std::make_shared<BatchNormalization>(shape.values()));
  }
}

std::unique_ptr<ModelFactory> make_maf_factory() {
  return std::make_unique<PatchFactory<Maf, MafOptions>>();
}

}  // namespace vqcodec::models
