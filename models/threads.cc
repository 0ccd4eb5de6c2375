#include "models/threads.h"

#include <malloc.h>
#include <torch/torch.h>

namespace vqcodec::models {

void use_threads(int threads) {
  torch::set_num_threads(threads);
  // Large buffers come and go in every layer: keep them instead of returning them to the kernel.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 2000000000);
}

}  // namespace vqcodec::models
