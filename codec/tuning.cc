#include "codec/tuning.h"

namespace vqcodec::codec {

const char* name_of(Tuning tuning) { return tuning == Tuning::kPsnr ? "psnr" : "ms-ssim"; }

}  // namespace vqcodec::codec
