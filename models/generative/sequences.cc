#include "models/generative/sequences.h"

#include <filesystem>
#include <fstream>
#include <string_view>

#include "entropy/error.h"

namespace vqcodec::models {

namespace {

constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
static_assert(kLetters.size() == kMostLetters);
constexpr std::int64_t kHeldOut = 10;  // one line in so many

std::int64_t places_needed(const std::string& line, const TextOptions& options) {
  auto places = static_cast<std::int64_t>(line.size());
  for (std::size_t i = 1; options.repeats_part && i < line.size(); ++i)
    places += line[i] == line[i - 1] ? 1 : 0;
  return places;
}

}  // namespace

torch::Tensor as_pictures(const std::vector<torch::Tensor>& planes) {
  return torch::stack(planes, 1).unsqueeze(2).to(torch::kFloat32);
}

torch::Tensor plane_of(const torch::Tensor& images, std::int64_t plane) {
  return images.select(1, plane).flatten(1).round().to(torch::kInt64);
}

torch::Tensor places_of(const torch::Tensor& symbols) { return symbols != kNone; }

torch::Tensor compacted(const torch::Tensor& symbols, const torch::Tensor& keep) {
  const auto order = std::get<1>(torch::sort(keep.logical_not().to(torch::kInt64),
                                             /*stable=*/true, /*dim=*/1, /*descending=*/false));
  return torch::where(keep, symbols, torch::full_like(symbols, kNone)).gather(1, order);
}

std::string text_of(const torch::Tensor& event, std::int64_t blank) {
  std::string text;
  for (std::int64_t p = 0; p < event.size(0); ++p) {
    if (p > 0) text += ' ';
    const auto symbols = event[p].flatten().round().to(torch::kInt64);
    for (std::int64_t t = 0; t < symbols.size(0); ++t) {
      const auto symbol = symbols[t].item<std::int64_t>();
      if (symbol == kNone) break;
      text += symbol == blank ? '-' : kLetters.at(static_cast<std::size_t>(symbol));
    }
  }
  return text;
}

torch::Tensor shown(const torch::Tensor& images, std::int64_t symbols) {
  const auto levels = images / static_cast<double>(symbols);
  return torch::where(images < 0, torch::ones_like(levels), levels).transpose(1, 2);
}

torch::Tensor read_text(const std::string& path, const TextOptions& options) {
  std::ifstream file(path);
  if (!file) throw Error(ErrorKind::kResource, path, ": cannot be opened");
  const auto alphabet = kLetters.substr(0, static_cast<std::size_t>(options.symbols));
  std::vector<std::int64_t> symbols;
  std::int64_t lines = 0;
  for (std::string line; std::getline(file, line);) {
    ++lines;
    if (line.ends_with('\r')) line.pop_back();
    const auto refuse = [&](const auto&... what) {
      throw Error(ErrorKind::kUsage, path, ", line ", lines, ": ", what...);
    };
    const auto needs = places_needed(line, options);
    if (needs == 0) refuse("is empty, expected 1 to ", options.length, " letters");
    if (needs > options.length)
      refuse("needs ", needs, " places, expected at most ", options.length,
             "; --length takes more");
    for (std::size_t place = 0; place < line.size(); ++place) {
      const auto symbol = alphabet.find(line[place]);
      if (symbol == std::string_view::npos)
        refuse("\"", std::string(1, line[place]), "\" at place ", place + 1,
               ", expected one of the first ", options.symbols, " of a..z, A..Z, 0..9; --symbols",
               " takes more");
      symbols.push_back(static_cast<std::int64_t>(symbol));
    }
    symbols.resize(static_cast<std::size_t>(lines * options.length), kNone);
  }
  if (lines == 0)
    throw Error(ErrorKind::kUsage, path, ": is empty, expected a sequence of letters a line");
  return torch::tensor(symbols, torch::kInt64).view({lines, options.length});
}

TextParts parted(const torch::Tensor& lines, const std::string& path) {
  if (lines.size(0) < 2)
    throw Error(ErrorKind::kUsage, path, ": one line is left, too few to hold some out; add lines");
  const auto is_held_out = torch::arange(lines.size(0)).remainder(kHeldOut) == 0;
  const auto rows = [&](const torch::Tensor& mask) {
    return lines.index_select(0, mask.nonzero().flatten());
  };
  return {rows(is_held_out), rows(is_held_out.logical_not())};
}

ImageSets read_text_sets(const std::string& folder, const TextOptions& options) {
  auto train = read_text(folder + "/train.txt", options);
  // A file of its own, or lines of the training's.
  const auto part = [&](const std::string& name) {
    const auto path = folder + "/" + name + ".txt";
    if (std::filesystem::exists(path)) return read_text(path, options);
    const auto parts = parted(train, folder + "/train.txt");
    train = parts.others;
    return parts.held_out;
  };
  const auto validation = part("validation"), test = part("test");
  const auto set = [](const torch::Tensor& symbols) {
    return ImageSet{.images = as_pictures({symbols}), .labels = {}};
  };
  return {.train = set(train), .validation = set(validation), .test = set(test)};
}

}  // namespace vqcodec::models
