// models/generative/simple_factory.h: the factory of a model that is made of its options and the
// pictures' shape. Options have list() and `pixels`, "binary" or "grey".
#pragma once

#include "models/generative/registry.h"

namespace vqcodec::models {

template <typename Made, typename Options>
class SimpleFactory : public ModelFactory {
 public:
  explicit SimpleFactory(Options defaults = {}) : options_(std::move(defaults)) {}
  OptionList options() override { return options_.list(); }
  std::shared_ptr<GenerativeModel> make(const PictureShape& shape) const override {
    return std::make_shared<Made>(options_, shape);
  }
  PixelKind pixels() const override {
    return options_.pixels == "binary" ? PixelKind::kBinary : PixelKind::kGrey;
  }

 protected:
  const Options& chosen() const { return options_; }

 private:
  Options options_;
};

}  // namespace vqcodec::models
