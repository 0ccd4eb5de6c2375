// models/inference/networks.h: the networks of a codec, whatever engine runs them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/inference/grid.h"
#include "models/inference/network_file.h"

namespace vqcodec::models {

// Sides of pictures are multiples of kCoarsestStride. active: one flag for each block of 8x8
// pixels, 1 where the networks work, 0 where the transform is its linear part alone; empty:
// everywhere. threads: how many a call may use. Calls of different threads may overlap.
class Networks {
 public:
  virtual ~Networks() = default;
  // picture: (H,W,3), 0..1. Returns the levels in steps, coarsest first: (H/stride,W/stride,C_l).
  virtual std::vector<Grid> analyse(const Grid& picture, int quality,
                                    std::span<const std::uint8_t> active, int threads) = 0;
  // The inverse; what comes back may leave 0..1.
  virtual Grid synthesise(const std::vector<Grid>& levels, int quality,
                          std::span<const std::uint8_t> active, int threads) = 0;
  // Compiles what synthesise() runs where the finest level has this size.
  virtual void prepare(int /*height*/, int /*width*/, int /*threads*/) {}
};

enum class Precision {
  kFast,    // bfloat16 convolutions where the processor has them
  kFloat32  // everywhere
};

// On the CPU, by oneDNN. Throws Error(kCorrupt) where a tensor's sizes are not those of the shape.
std::unique_ptr<Networks> make_cpu_networks(const NetworkFile& file,
                                            Precision precision = Precision::kFast);

}  // namespace vqcodec::models
