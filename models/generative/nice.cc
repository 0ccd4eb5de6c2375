#include "models/generative/nice.h"

#include "models/generative/coupling.h"
#include "models/generative/flow_layers.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

OptionList NiceOptions::list() {
  return {
      {"couplings", "additive, of even and odd places in turn", IntegerOption{&couplings, 0, 1000}},
      {"hidden", "units of a coupling's network", ListOption{&hidden, 1, 65536}},
      {"base", "density of each independent component",
       ChoiceOption{&base, {"logistic", "normal"}}}};
}

Nice::Nice(const NiceOptions& options, const PictureShape& shape)
    : DensityFlow({.base = options.base}, shape) {
  const auto values = shape.values();
  flow().add(std::make_shared<Flatten>(shape));
  for (std::int64_t i = 0; i < options.couplings; ++i) {
    const CouplingSplit split{.checkerboard = true, .second = i % 2 == 1};
    flow().add(std::make_shared<Coupling>(
        split, CouplingKind::kAdditive,
        coupling_perceptron(coupling_sizes(split, values, CouplingKind::kAdditive),
                            options.hidden)));
  }
  flow().add(std::make_shared<DiagonalScale>(values));
}

std::unique_ptr<ModelFactory> make_nice_factory() {
  return std::make_unique<SimpleFactory<Nice, NiceOptions>>();
}

}  // namespace vqcodec::models
