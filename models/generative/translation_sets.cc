// Where a translation's texts come from: planted languages, a folder of text, or code maps of
// pictures.
#include "models/generative/code_map_sequences.h"
#include "models/generative/sequences.h"
#include "models/generative/translation.h"

namespace vqcodec::models {

namespace {

// Pairs by chance: the shorter text from its start again.
ImageSet unpaired(const torch::Tensor& source, const torch::Tensor& target) {
  const auto number = torch::arange(std::max(source.size(0), target.size(0)));
  const auto row = [&](const torch::Tensor& text) {
    return text.index_select(0, number.remainder(text.size(0)));
  };
  return {.images = as_pictures({row(source), row(target)}), .labels = {}};
}

ImageSets text_sets(const std::string& folder, const TextOptions& options) {
  struct Corpus {
    torch::Tensor train, validation, test;
  };
  const auto read = [&](const std::string& path) {
    const auto first = parted(read_text(path, options), path);
    const auto second = parted(first.others, path);
    return Corpus{second.others, first.held_out, second.held_out};
  };
  const auto source = read(folder + "/source.txt"), target = read(folder + "/target.txt");
  return {.train = unpaired(source.train, target.train),
          .validation = unpaired(source.validation, target.validation),
          .test = unpaired(source.test, target.test)};
}

class Factory : public ModelFactory {
 public:
  OptionList options() override {
    auto options = language_.list();
    for (auto& option : translation_.list()) options.push_back(option);
    return options;
  }
  std::shared_ptr<GenerativeModel> make(const PictureShape& shape) const override {
    return std::make_shared<Translation>(translation_, language_, shape);
  }
  PixelKind pixels() const override { return PixelKind::kGrey; }
  bool wants_folder() const override { return false; }
  bool takes_folder() const override { return true; }
  ImageSets sets(const std::string& folder) const override {
    if (folder.empty()) return cipher_sets(language_);
    return text_sets(folder, {.symbols = language_.symbols, .length = language_.length});
  }

 protected:
  CipherOptions language_;
  TranslationOptions translation_;
};

class CodeMapFactory : public Factory {
 public:
  OptionList options() override {
    OptionList options = {
        {"patch", "side of what a symbol stands for, pixels", IntegerOption{&patch_, 1, 64}}};
    for (auto& option : Factory::options())
      if (option.name != "length" && option.name != "contrast" && option.name != "sequences" &&
          option.name != "language-seed")
        options.push_back(option);
    return options;
  }
  bool wants_folder() const override { return true; }
  // Pictures to learn from by turns: what is read in one language is not written in the other.
  ImageSets sets(const std::string& folder) const override {
    auto sets = read_image_sets(folder);
    const auto codewords = codewords_of(sets.train.images, {patch_, language_.symbols});
    std::uint64_t stream = 0;
    for (auto* set : {&sets.train, &sets.validation, &sets.test}) {
      if (!set->images.defined()) continue;
      const auto texts = code_maps_of(set->images, codewords, patch_).flatten(1).to(torch::kInt64);
      const auto half = texts.size(0) / 2;
      const bool learns = set == &sets.train;
      auto rng = make_rng(static_cast<std::uint64_t>(language_.cipher_seed), ++stream);
      *set = enciphered_set(learns ? texts.slice(0, 0, 2 * half, 2) : texts.flip(0),
                            learns ? texts.slice(0, 1, 2 * half, 2) : texts, language_,
                            /*with_truth=*/set == &sets.test, rng);
    }
    return sets;
  }

 private:
  std::int64_t patch_ = 4;
};

}  // namespace

std::unique_ptr<ModelFactory> make_translation_factory() { return std::make_unique<Factory>(); }

std::unique_ptr<ModelFactory> make_code_map_translation_factory() {
  return std::make_unique<CodeMapFactory>();
}

}  // namespace vqcodec::models
