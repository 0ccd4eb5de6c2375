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

// Reads the first of these that a folder has, gzipped or not (but .mat and photographs):
//   *.mat: the Caltech-101 silhouettes (silhouettes.h);
//   *train*.bits, *valid*.bits, *test*.bits: 28x28 bits (static MNIST);
//   *train*images*idx3-ubyte with *labels*idx1-ubyte beside it, and t10k* or *test* (MNIST,
//       Fashion-MNIST, OMNIGLOT): the last sixth of a set of 60,000 becomes validation, of others
//       every tenth picture;
//   *train*.bin and *test*.bin, or data_batch*.bin and test_batch.bin: CIFAR-10, every tenth
//       picture becomes validation;
//   one *idx3-ubyte (Frey faces): shuffled, always alike; 200 for validation, 200 for testing,
//       a fifth each of a set of fewer than 1,000;
//   photographs (photograph_set.h): RGB crops of 32x32 pixels.
// Throws Error, naming file, what was found and what was expected: (kResource) where nothing of the
// kind is there, (kCorrupt) for files that are cut or something else.
ImageSets read_image_sets(const std::string& folder);

}  // namespace vqcodec::models
