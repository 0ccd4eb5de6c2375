// tools/library/defaults.h: what is taken where nothing is asked for.
#pragma once

#include <algorithm>
#include <thread>

#include "codec/codec.h"
#include "codec/model_file.h"

namespace vqcodec::library {

// Models of fewer settings than eight: the best of theirs that is not above the usual one.
inline int default_quality(const codec::ModelFile& model) {
  return std::min(codec::CompressOptions{}.quality, static_cast<int>(model.qualities.size()));
}

// 0: one a processor.
inline int thread_count(int threads) {
  return threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace vqcodec::library
