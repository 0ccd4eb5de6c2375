// codec/plain_cells.h: where a picture is coded without networks.
//
// Networks that learned photographs damage what no photograph has: checkerboards, text, noise.
// Their transform less the networks is orthonormal and breaks nothing. So the encoder marks cells,
// squares of the coarsest stride, in which the networks are off, for both directions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/image.h"

namespace vqcodec::codec {

struct PlainCells {
  int columns = 0;
  int rows = 0;
  std::vector<std::uint8_t> plain;  // (rows, columns): 0 or 1; empty: the networks work everywhere

  bool any() const;
  bool at(int row, int column) const {
    return !plain.empty() &&
           plain[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                 static_cast<std::size_t>(column)] != 0;
  }
  bool operator==(const PlainCells&) const = default;
};

// All cells of so many pixels, none of them plain.
PlainCells make_cells(int width, int height, int stride);
// Copies the cells of one rectangle, whose x and y are multiples of the stride, to their place.
void place_cells(const PlainCells& part, const Rectangle& rectangle, int stride, PlainCells& whole);
// The cells of a rectangle; empty ones stay empty.
PlainCells cut_cells(const PlainCells& whole, const Rectangle& rectangle, int stride);

// One flag for each position of a level, which has 2^level x 2^level of them a cell; empty: none.
std::vector<std::uint8_t> plain_positions(const PlainCells& cells, int level);

// A bit a cell, in raster order, lowest bit first, as a zstd frame.
std::vector<std::uint8_t> compress_cells(const PlainCells& cells);
// Throws Error(kCorrupt) unless the bytes are what compress_cells gives, in content.
PlainCells decompress_cells(std::span<const std::uint8_t> bytes, int width, int height, int stride);

}  // namespace vqcodec::codec
