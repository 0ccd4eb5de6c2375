#include "tools/model_table.h"

#include <cstdio>

#include "codec/hex.h"

namespace vqcodec::tools {

void print_model(const codec::ModelSummary& model, const std::string& origin) {
  std::printf("%s (%s), %s\n", model.name.c_str(), codec::hex(model.fingerprint).c_str(),
              origin.c_str());
  std::printf("  %s, tuned for %s\n  %llu bytes\n", model.description.c_str(),
              codec::name_of(model.tuning), static_cast<unsigned long long>(model.size_bytes));
  std::printf("  quality  bpp     PSNR\n");
  for (std::size_t i = 0; i < model.qualities.size(); ++i)
    std::printf("  %-7zu  %.3f  %5.2f dB\n", i + 1, model.qualities[i].rate_bpp,
                model.qualities[i].psnr_db);
}

}  // namespace vqcodec::tools
