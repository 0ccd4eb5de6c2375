// codec/parallel_for.h: independent pieces of work on threads.
#pragma once

#include <cstddef>
#include <functional>

namespace vqcodec::codec {

// Calls body(0) .. body(count - 1), each once, on up to `threads` threads, and returns when all are
// done. After an exception no new piece is begun; the one of the lowest index is rethrown, so the
// outcome does not depend on the number of threads.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body);

}  // namespace vqcodec::codec
