#include "codec/plain_cells.h"

#include <algorithm>

#include "codec/compression.h"
#include "codec/tiles.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

std::size_t packed_size(const PlainCells& cells) { return (cells.plain.size() + 7) / 8; }

}  // namespace

bool PlainCells::any() const {
  return std::any_of(plain.begin(), plain.end(), [](std::uint8_t cell) { return cell != 0; });
}

PlainCells make_cells(int width, int height, int stride) {
  PlainCells cells{.columns = positions_across(width, stride, /*level=*/0),
                   .rows = positions_across(height, stride, /*level=*/0),
                   .plain = {}};
  cells.plain.resize(static_cast<std::size_t>(cells.columns) *
                     static_cast<std::size_t>(cells.rows));
  return cells;
}

void place_cells(const PlainCells& part, const Rectangle& rectangle, int stride,
                 PlainCells& whole) {
  if (part.plain.empty()) return;
  for (int row = 0; row < part.rows; ++row)
    std::copy_n(part.plain.begin() + std::ptrdiff_t{row} * part.columns, part.columns,
                whole.plain.begin() + std::ptrdiff_t{rectangle.y / stride + row} * whole.columns +
                    rectangle.x / stride);
}

PlainCells cut_cells(const PlainCells& whole, const Rectangle& rectangle, int stride) {
  if (whole.plain.empty()) return {};
  PlainCells part = make_cells(rectangle.width, rectangle.height, stride);
  for (int row = 0; row < part.rows; ++row)
    std::copy_n(whole.plain.begin() + std::ptrdiff_t{rectangle.y / stride + row} * whole.columns +
                    rectangle.x / stride,
                part.columns, part.plain.begin() + std::ptrdiff_t{row} * part.columns);
  return part;
}

std::vector<std::uint8_t> plain_positions(const PlainCells& cells, int level) {
  if (!cells.any()) return {};
  std::vector<std::uint8_t> positions;
  for (int row = 0; row < cells.rows << level; ++row)
    for (int column = 0; column < cells.columns << level; ++column)
      positions.push_back(cells.at(row >> level, column >> level));
  return positions;
}

std::vector<std::uint8_t> compress_cells(const PlainCells& cells) {
  std::vector<std::uint8_t> bits(packed_size(cells));
  for (std::size_t i = 0; i < cells.plain.size(); ++i)
    bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | (cells.plain[i] << (i % 8)));
  return zstd_compress(bits);
}

PlainCells decompress_cells(std::span<const std::uint8_t> bytes, int width, int height,
                            int stride) {
  PlainCells cells = make_cells(width, height, stride);
  const auto bits = zstd_decompress(bytes, packed_size(cells), "plain cells");
  if (bits.size() != packed_size(cells))
    throw Error(ErrorKind::kCorrupt, "plain cells: ", bits.size(), " bytes, expected ",
                packed_size(cells));
  for (std::size_t i = 0; i < 8 * bits.size(); ++i) {
    const auto bit = static_cast<std::uint8_t>(bits[i / 8] >> (i % 8) & 1);
    if (i < cells.plain.size())
      cells.plain[i] = bit;
    else if (bit != 0)
      throw Error(ErrorKind::kCorrupt, "plain cells: a bit is set past the last cell");
  }
  if (!cells.any()) throw Error(ErrorKind::kCorrupt, "plain cells: there are none");
  return cells;
}

}  // namespace vqcodec::codec
