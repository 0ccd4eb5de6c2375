#include "tools/library/builtin_model.h"

#ifdef VQCODEC_BUILTIN_MODEL

// An array of 20 million numbers takes a compiler minutes; the assembler copies the file.
asm(".section .rodata\n"
    ".balign 64\n"
    "vqcodec_builtin_begin:\n"
    ".incbin \"" VQCODEC_BUILTIN_MODEL
    "\"\n"
    "vqcodec_builtin_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const std::uint8_t vqcodec_builtin_begin[] __attribute__((visibility("hidden")));
extern const std::uint8_t vqcodec_builtin_end[] __attribute__((visibility("hidden")));
}

namespace vqcodec::library {

std::span<const std::uint8_t> builtin_model() {
  return {vqcodec_builtin_begin, vqcodec_builtin_end};
}

}  // namespace vqcodec::library

#else

namespace vqcodec::library {

std::span<const std::uint8_t> builtin_model() { return {}; }

}  // namespace vqcodec::library

#endif
