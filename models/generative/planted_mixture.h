// models/generative/planted_mixture.h: a Gaussian mixture of known parameters as data, so that what
// is learned can be held against the truth.
#pragma once

#include "models/generative/gaussian_mixture.h"

namespace vqcodec::models {

struct PlantedOptions {
  std::int64_t planted = 5;  // components
  std::int64_t dimension = 2;
  double spread = 4;  // deviation of their means; the components' own is about 1
  std::int64_t planted_seed = 1;

  OptionList list();
};

// The mixture that the data are drawn from, always the same for the same options.
std::shared_ptr<GaussianMixture> plant(const PlantedOptions& options);

// Learns as any mixture; its figures hold the planted one's beside its own.
class PlantedMixture : public GaussianMixture {
 public:
  PlantedMixture(const GaussianMixtureOptions& options, const PlantedOptions& planted);
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  std::shared_ptr<GaussianMixture> truth_;  // no module of this one: nothing of it is learned
};

std::unique_ptr<ModelFactory> make_planted_mixture_factory();

}  // namespace vqcodec::models
