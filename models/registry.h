// models/registry.h: every model of the documents by name: what it is, what it wants, how it is
// made. One explicit table.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "models/generative_model.h"
#include "models/image_sets.h"
#include "models/option_list.h"
#include "models/trainer.h"

namespace vqcodec::models {

// What a model's pixels may be.
enum class PixelKind {
  kBinary,  // 0 or 1: grey levels are probabilities, drawn anew each time
  kGrey,    // 0..1
};

// A model's options, and with them the model.
class ModelFactory {
 public:
  virtual ~ModelFactory() = default;
  virtual OptionList options() = 0;  // They point into the factory.
  // Throws Error(kUsage) where the options do not fit each other or the pictures.
  virtual std::shared_ptr<GenerativeModel> make(const PictureShape& shape) const = 0;
  virtual PixelKind pixels() const = 0;
};

struct RegisteredModel {
  std::string name, about, paper;
  std::string data;         // what it wants, in words
  TrainerOptions training;  // its short run
  std::unique_ptr<ModelFactory> (*make_factory)();
};

std::span<const RegisteredModel> registered_models();
// Throws Error(kUsage) where there is none of that name.
const RegisteredModel& registered_model(const std::string& name);

}  // namespace vqcodec::models
