// codec/decomposition.h: where the bytes of our files go, and what the codes in them would cost
// under simpler models of them.
//
// Counts are of one picture, or sums over pictures of one quality of one model. A code is what the
// prior's trees decide: neither escaped nor at a plain position. All costs are of these same codes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "codec/codec.h"

namespace vqcodec::codec {

// One group of the prior at one level. Bits are ideal lengths, as the slice coder counts them.
struct GroupCounts {
  int channel_slice = 0;                 // of the prior: GroupPrior::slice
  std::vector<std::uint64_t> histogram;  // (K): codes by codeword
  std::uint64_t escapes = 0;
  double code_bits = 0;    // of the codes: of not being escapes as well
  double escape_bits = 0;  // of the escape leaves and what follows them
  double plain_bits = 0;   // of plain positions

  std::uint64_t codes() const;
};

struct LevelCounts {
  std::uint64_t size_bytes = 0;     // of the level's slices
  std::uint64_t zstd_bytes = 0;     // of the codes as one zstd frame, see decomposition.cc
  std::vector<GroupCounts> groups;  // in coding order
};

struct FileCounts {
  std::uint64_t pixels = 0;
  std::uint64_t header_bytes = 0;
  std::uint64_t side_bytes = 0;  // metadata, alpha, plain cells
  std::vector<LevelCounts> levels;

  // Of a file that ends with the first `levels` levels.
  std::uint64_t size_bytes(std::size_t levels) const;
  // Throws Error(kInternal) unless both are of one quality of one model, or this is still empty.
  FileCounts& operator+=(const FileCounts& other);
};

// Decodes the codes; needs no networks. Throws Error as verify does.
FileCounts count_file(std::span<const std::uint8_t> bytes, const ModelFile& model, int threads);

// What codes cost, in bits; sums of groups and levels.
struct CodeCosts {
  double codes = 0;              // how many there are
  double fixed_length_bits = 0;  // ceil(log2 K) for each
  double order0_bits = 0;  // entropy of the group's histogram; the table itself counts as free
  double prior_bits = 0;   // as coded
  double escape_bits = 0;  // beside the codes, whatever models them
  double plain_bits = 0;   // the same
  std::uint64_t escapes = 0;

  CodeCosts& operator+=(const CodeCosts& other);
  // Negative log-likelihood under the prior of a code that may be an escape, in nats. 0: no codes.
  double nats_a_code() const;
};
CodeCosts costs_of(const GroupCounts& group);
CodeCosts costs_of(const LevelCounts& level);
std::vector<CodeCosts> costs_by_channel_slice(const LevelCounts& level);  // they sum to the level's

// Of a histogram, in bits; an empty one has none.
double entropy_bits(std::span<const std::uint64_t> histogram);
double perplexity(std::span<const std::uint64_t> histogram);  // 2^entropy: 1..K
std::size_t used_codewords(std::span<const std::uint64_t> histogram);

// How the codebooks of a level are used.
struct CodebookUse {
  std::size_t groups = 0;
  std::size_t codewords = 0;   // of all groups
  std::size_t used = 0;        // of these, those that occur
  double mean_perplexity = 0;  // over the groups
  // The group whose perplexity is the smallest share of its codewords.
  double worst_perplexity = 0;
  std::size_t worst_codewords = 0;
};
CodebookUse codebook_use(const LevelCounts& level);

// A picture through the codec at one quality.
struct PictureDecomposition {
  FileCounts counts;
  std::vector<double> mse;  // over R, G and B, with levels 0, 0-1, ... decoded
  Timings compress_seconds, decompress_seconds;
};

// quality: as CompressOptions::quality.
PictureDecomposition decompose(const Image& picture, const ModelFile& model, Transform& transform,
                               int quality, int threads);

}  // namespace vqcodec::codec
