// codec/peers/c_handle.h: what a C library hands out, freed as that library frees it.
#pragma once

#include <memory>
#include <new>

namespace vqcodec::codec {

template <auto destroy>
struct Destroyed {
  template <typename Handle>
  void operator()(Handle* handle) const {
    destroy(handle);
  }
};

template <typename Handle, auto destroy>
using CHandle = std::unique_ptr<Handle, Destroyed<destroy>>;

// E.g. owned<avifImageDestroy>(avifImageCreateEmpty()). Null stands for want of memory.
template <auto destroy, typename Handle>
CHandle<Handle, destroy> owned(Handle* handle) {
  if (handle == nullptr) throw std::bad_alloc();
  return CHandle<Handle, destroy>(handle);
}

}  // namespace vqcodec::codec
