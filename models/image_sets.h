// models/image_sets.h: the small picture sets of the documents, as their authors distribute them.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vqcodec::models {

struct PictureShape {
  std::int64_t channels = 1, height = 28, width = 28;

  bool operator==(const PictureShape&) const = default;
  std::int64_t values() const { return channels * height * width; }
};

struct ImageSet {
  torch::Tensor images;  // (N,C,H,W) uint8, binary sets hold 0 and 255; points: (N,1,1,D) float32
  torch::Tensor labels;  // (N) int64, or undefined

  std::int64_t size() const { return images.size(0); }
  PictureShape shape() const { return {images.size(1), images.size(2), images.size(3)}; }
};

struct ImageSets {
  ImageSet train, validation, test;
  bool binary = false;  // pixels are 0 or 255 alone
};

// Finds in a folder, gzipped or not:
//   *train*images*idx3-ubyte with *labels*idx1-ubyte beside it, and t10k* or *test* (MNIST,
//       Fashion-MNIST, OMNIGLOT): the last sixth of a set of 60,000 becomes validation, of others
//       every tenth picture;
//   *train*.bits, *valid*.bits, *test*.bits: 28x28 bits, first pixel in the top bit (static MNIST,
//       silhouettes).
// Throws Error, naming file, what was found and what was expected: (kResource) where nothing of the
// kind is there, (kCorrupt) for files that are cut or something else.
ImageSets read_image_sets(const std::string& folder);

// One file of the IDX format: unsigned bytes as uint8, 16-bit numbers as int64.
torch::Tensor read_idx(const std::string& path);

}  // namespace vqcodec::models
