// models/threads.h: the number of LibTorch's threads, set in one place.
#pragma once

namespace vqcodec::models {

void use_threads(int threads);

}  // namespace vqcodec::models
