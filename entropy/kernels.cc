#include "entropy/kernels.h"

#include <cstdlib>
#include <string_view>

#include "entropy/error.h"

namespace vqcodec::entropy {

const char* name(Isa isa) {
  switch (isa) {
    case Isa::kPortable:
      return "portable";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
  }
  return "unknown";
}

bool is_supported(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx2) return __builtin_cpu_supports("avx2") != 0;
  if (isa == Isa::kAvx512) {
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
           __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
  }
#endif
  return isa == Isa::kPortable;
}

Isa choose_isa() {
  constexpr Isa kBestFirst[] = {Isa::kAvx512, Isa::kAvx2, Isa::kPortable};
  const char* wanted = std::getenv("VQCODEC_ISA");
  for (const Isa isa : kBestFirst) {
    if (wanted == nullptr ? is_supported(isa) : std::string_view(wanted) == name(isa)) {
      kernels(isa);  // Refuses what the processor lacks.
      return isa;
    }
  }
  throw Error(ErrorKind::kUsage, "VQCODEC_ISA is \"", wanted,
              "\", expected portable, avx2 or avx512");
}

const Kernels& kernels(Isa isa) {
  if (!is_supported(isa)) {
    throw Error(ErrorKind::kUnsupported, "this processor lacks the instruction set ", name(isa));
  }
#if defined(__x86_64__)
  if (isa == Isa::kAvx2) return kAvx2Kernels;
  if (isa == Isa::kAvx512) return kAvx512Kernels;
#endif
  return kPortableKernels;
}

}  // namespace vqcodec::entropy
