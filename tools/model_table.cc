#include "tools/model_table.h"

#include <cstdio>

#include "codec/hex.h"
#include "codec/prior_cost.h"

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

void print_arithmetic(const codec::ModelFile& model, const codec::Transform& transform) {
  const auto networks = transform.multiply_adds();
  const auto best = static_cast<int>(model.qualities.size());
  const auto low = codec::prior_cost(model, 0), high = codec::prior_cost(model, best - 1);
  std::printf("  multiply-adds a pixel: analysis %.0f, synthesis %.0f, prior %.0f\n",
              networks.analysis, networks.synthesis, high.networks);
  std::printf("  of the prior's trees, all codewords: %.0f at quality 1, %.0f at quality %d\n",
              low.trees, high.trees, best);
}

}  // namespace vqcodec::tools
