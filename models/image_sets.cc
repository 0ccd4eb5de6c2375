#include "models/image_sets.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "entropy/error.h"
#include "models/model.h"
#include "models/photograph_set.h"
#include "models/set_files.h"
#include "models/silhouettes.h"

namespace vqcodec::models {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kShuffle = 19981104;  // of a set that nobody has parted

bool has(const std::string& name, const char* part) { return name.find(part) != std::string::npos; }

// The files whose names have all of the parts, by name: an unpacked one before its gzipped one.
std::vector<std::string> find_files(const std::string& folder,
                                    const std::vector<const char*>& parts) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (std::all_of(parts.begin(), parts.end(), [&](auto* part) { return has(name, part); }))
      found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// The first of them; empty where there is none.
std::string find_file(const std::string& folder, const std::vector<const char*>& parts) {
  const auto found = find_files(folder, parts);
  return found.empty() ? "" : found.front();
}

ImageSet selected(const ImageSet& set, const torch::Tensor& indices) {
  return {.images = set.images.index_select(0, indices),
          .labels = set.labels.defined() ? set.labels.index_select(0, indices) : torch::Tensor()};
}

ImageSets split(const ImageSet& all, ImageSet test) {
  constexpr std::int64_t kMnist = 60000;
  const auto number = torch::arange(all.size());
  const auto held_out =
      all.size() == kMnist ? number.ge(kMnist - kMnist / 6) : number.remainder(10).eq(9);
  return {.train = selected(all, held_out.logical_not().nonzero().flatten()),
          .validation = selected(all, held_out.nonzero().flatten()),
          .test = std::move(test)};
}

// A kind of set that a folder may hold: its sets, or nothing where it holds none of the kind.
using Found = std::optional<ImageSets>;

Found find_silhouettes(const std::string& folder) {
  const auto path = find_file(folder, {".mat"});
  if (path.empty()) return {};
  return read_silhouettes(path);
}

Found find_bits(const std::string& folder) {
  const auto train = find_file(folder, {"train", ".bits"});
  if (train.empty()) return {};
  ImageSets sets{.train = {.images = read_bits(train), .labels = {}},
                 .validation = {},
                 .test = {},
                 .binary = true};
  for (auto [part, set] : {std::pair{"valid", &sets.validation}, std::pair{"test", &sets.test}}) {
    const auto path = find_file(folder, {part, ".bits"});
    if (path.empty())
      throw Error(ErrorKind::kResource, folder, ": has ", fs::path(train).filename().string(),
                  ", but no *", part, "*.bits beside it");
    set->images = read_bits(path);
  }
  return sets;
}

torch::Tensor read_idx_pictures(const std::string& path) {
  const auto pictures = read_idx(path);
  if (pictures.dim() != 3)
    throw Error(ErrorKind::kCorrupt, path, ": has ", pictures.dim(),
                " dimensions, expected 3: pictures, rows, columns");
  return pictures.unsqueeze(1);
}

ImageSet read_idx_set(const std::string& folder, const char* part) {
  const auto path = find_file(folder, {part, "images", "idx3"});
  if (path.empty()) return {};
  ImageSet set{.images = read_idx_pictures(path), .labels = {}};
  if (const auto labels = find_file(folder, {part, "labels", "idx1"}); !labels.empty()) {
    set.labels = read_idx(labels).to(torch::kInt64);
    if (set.labels.size(0) != set.size())
      throw Error(ErrorKind::kCorrupt, labels, ": ", set.labels.size(0), " labels, expected ",
                  set.size(), ", as many as pictures in ", path);
  }
  return set;
}

Found find_idx(const std::string& folder) {
  const auto train = read_idx_set(folder, "train");
  if (!train.images.defined()) return {};
  auto test = read_idx_set(folder, "t10k");
  if (!test.images.defined()) test = read_idx_set(folder, "test");
  if (!test.images.defined())
    throw Error(ErrorKind::kResource, folder, ": no t10k* or *test* images-idx3-ubyte");
  return split(train, std::move(test));
}

Found find_cifar(const std::string& folder) {
  auto train = find_files(folder, {"data_batch", ".bin"});
  if (const auto one = find_file(folder, {"train", ".bin"}); train.empty() && !one.empty())
    train = {one};
  if (train.empty()) return {};
  const auto test = find_file(folder, {"test", ".bin"});
  if (test.empty())
    throw Error(ErrorKind::kResource, folder, ": has ", fs::path(train[0]).filename().string(),
                ", but no *test*.bin beside it");
  std::vector<torch::Tensor> images, labels;
  for (const auto& path : train) {
    const auto part = read_cifar(path);
    images.push_back(part.images);
    labels.push_back(part.labels);
  }
  return split({.images = torch::cat(images), .labels = torch::cat(labels)}, read_cifar(test));
}

// The test half of a set whose training half is missing.
bool is_test_half(const std::string& path) {
  const auto name = fs::path(path).filename().string();
  return has(name, "t10k") || has(name, "test");
}

Found find_unparted(const std::string& folder) {
  const auto path = find_file(folder, {"idx3"});
  if (path.empty() || is_test_half(path)) return {};
  const ImageSet all{.images = read_idx_pictures(path), .labels = {}};
  const auto held_out = std::min<std::int64_t>(200, all.size() / 5);
  if (held_out == 0)
    throw Error(ErrorKind::kCorrupt, path, ": ", all.size(), " pictures, expected 5 or more");
  auto rng = make_rng(kShuffle, 0);
  const auto order = torch::randperm(all.size(), rng, torch::kInt64);
  const auto parts = order.split_with_sizes({all.size() - 2 * held_out, held_out, held_out});
  return ImageSets{.train = selected(all, parts[0]),
                   .validation = selected(all, parts[1]),
                   .test = selected(all, parts[2])};
}

Found find_photographs(const std::string& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".jpg" || extension == ".jpeg" || extension == ".png" || extension == ".ppm")
      return read_photograph_crops(folder);
  }
  return {};
}

}  // namespace

ImageSets read_image_sets(const std::string& folder) {
  if (!fs::is_directory(folder)) throw Error(ErrorKind::kResource, folder, ": is no folder");
  for (auto* find :
       {find_silhouettes, find_bits, find_idx, find_cifar, find_unparted, find_photographs})
    if (auto sets = find(folder)) return *std::move(sets);
  throw Error(ErrorKind::kResource, folder,
              ": no *train*images-idx3-ubyte or *train*.bits, gzipped or not, no photographs; "
              "--data wants the folder of MNIST or of a set distributed like it");
}

}  // namespace vqcodec::models
