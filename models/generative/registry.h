// models/generative/registry.h: every model of the documents by name: what it is, what it wants,
// how it is made. One explicit table.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/dataset.h"
#include "models/generative/generative_model.h"
#include "models/option_list.h"
#include "models/trainer.h"

namespace vqcodec::models {

// A model's options, and with them the model.
class ModelFactory {
 public:
  virtual ~ModelFactory() = default;
  virtual OptionList options() = 0;  // They point into the factory.
  // Throws Error(kUsage) where the options do not fit each other or the pictures.
  virtual std::shared_ptr<GenerativeModel> make(const PictureShape& shape) const = 0;
  virtual PixelKind pixels() const = 0;
  // Whether sets() reads a folder; the others make their data.
  virtual bool wants_folder() const { return true; }
  virtual ImageSets sets(const std::string& folder) const { return read_image_sets(folder); }
  // What the trainer draws from.
  virtual std::unique_ptr<Dataset> batches(ImageSet train) const {
    return std::make_unique<ImageSetBatches>(std::move(train), pixels());
  }
  // Whether sets() reads a folder where it is given one, and makes its data where it is not.
  virtual bool takes_folder() const { return wants_folder(); }
};

struct RegisteredModel {
  std::string name, about, paper;
  std::string data;         // what it wants, in words
  TrainerOptions training;  // its short run
  std::unique_ptr<ModelFactory> (*make_factory)();
};

std::span<const RegisteredModel> latent_variable_models();
std::span<const RegisteredModel> energy_models();
std::span<const RegisteredModel> mixture_models();
std::span<const RegisteredModel> autoregressive_models();
std::span<const RegisteredModel> flow_models();
std::span<const RegisteredModel> sequence_models();

std::vector<const RegisteredModel*> registered_models();
// Throws Error(kUsage) where there is none of that name.
const RegisteredModel& registered_model(const std::string& name);

}  // namespace vqcodec::models
