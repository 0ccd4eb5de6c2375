#include "models/generative/registry.h"

#include "entropy/error.h"

namespace vqcodec::models {

std::vector<const RegisteredModel*> registered_models() {
  std::vector<const RegisteredModel*> models;
  for (const auto family : {latent_variable_models(), energy_models(), mixture_models(),
                            autoregressive_models(), flow_models(), sequence_models()})
    for (const auto& model : family) models.push_back(&model);
  return models;
}

const RegisteredModel& registered_model(const std::string& name) {
  for (const auto* model : registered_models())
    if (model->name == name) return *model;
  throw Error(ErrorKind::kUsage, "there is no model called ", name, "; see train --list");
}

}  // namespace vqcodec::models
