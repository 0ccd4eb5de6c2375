// tools/library/c_image.h: pictures of the C API to and from the codec's.
#pragma once

#include "codec/codec.h"
#include "codec/image.h"
#include "tools/library/vqcodec.h"

namespace vqcodec::library {

vqcodec_layout layout_of(int channels, bool has_alpha);

// Throws Error: (kUsage) for a picture that is none, (kUnsupported) beyond what a file can hold.
codec::Image read_image(const vqcodec_image& image);

// The layout to decode the file to. Throws Error(kUsage) where `wanted` cannot hold all it has.
vqcodec_layout chosen_layout(int wanted, const codec::FileSummary& file);

// Fills in all but struct_size; everything lies in one block that begins with the pixels. Throws
// std::bad_alloc where the allocator gives none.
void write_image(const codec::Image& image, vqcodec_layout layout,
                 const vqcodec_allocator& allocator, vqcodec_image& result);

}  // namespace vqcodec::library
