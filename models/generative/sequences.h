// models/generative/sequences.h: sequences of symbols 0..K-1 where other models have pictures, and
// the same as text: a letter a symbol, a sequence a line.
#pragma once

#include <string>
#include <vector>

#include "models/image_sets.h"

namespace vqcodec::models {

inline constexpr std::int64_t kNone = -1;         // past a sequence's end
inline constexpr std::int64_t kMostLetters = 62;  // a..z, A..Z, 0..9

// A picture holds one or more sequences (planes) of equal room: (N,T) int64 each to (N,P,1,T)
// float32.
torch::Tensor as_pictures(const std::vector<torch::Tensor>& planes);
torch::Tensor plane_of(const torch::Tensor& images, std::int64_t plane);  // (N,T) int64

// Places that hold a symbol, (N,T) bool.
torch::Tensor places_of(const torch::Tensor& symbols);
// What is kept moves to the front, in order; kNone behind it. (N,T) and (N,T) bool.
torch::Tensor compacted(const torch::Tensor& symbols, const torch::Tensor& keep);

// One event (P,1,T): its planes as letters with spaces between; symbol `blank` is a dash.
std::string text_of(const torch::Tensor& event, std::int64_t blank = kNone);
// (N,P,1,T) to (N,1,P,T), 0..1: a row of grey levels for each plane; white past the end.
torch::Tensor shown(const torch::Tensor& images, std::int64_t symbols);

struct TextOptions {
  std::int64_t symbols = 16;  // the first so many letters
  std::int64_t length = 32;   // places of the longest line
  bool repeats_part = false;  // a letter like the one before it takes two places, one between them
};

// Sequences of a file, one a line: (N,T) int64. Throws Error naming file and line: (kResource)
// where it cannot be opened, (kUsage) for letters outside the alphabet, lines that are empty or too
// long, and files without lines.
torch::Tensor read_text(const std::string& path, const TextOptions& options);

// Every tenth line, and the others. Throws Error(kUsage) naming the file where there is one only.
struct TextParts {
  torch::Tensor held_out, others;
};
TextParts parted(const torch::Tensor& lines, const std::string& path);

// train.txt, validation.txt and test.txt; of the two latter, what is missing takes lines of the
// first. Sequences: plane 0.
ImageSets read_text_sets(const std::string& folder, const TextOptions& options);

}  // namespace vqcodec::models
