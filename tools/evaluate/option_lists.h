// tools/evaluate/option_lists.h: the lists on the command line that say what to evaluate.
//
// Each throws Error(kUsage) for an item that does not belong there.
#pragma once

#include <string>
#include <vector>

#include "codec/evaluation.h"
#include "codec/peers/peer.h"

namespace vqcodec::tools {

inline constexpr const char* kNothing = "none";

// "1-3,8" to 1, 2, 3, 8; empty: all. last: the model's best.
std::vector<double> listed_qualities(const std::string& list, int last);

// "jpeg,webp"; empty: all that this build has; kNothing. Throws Error(kUnsupported) for another.
std::vector<codec::PeerCodec> listed_peers(const std::string& list);

// "psnr,ms-ssim,ssim" or some of them. PSNR is always measured.
codec::MetricChoice listed_metrics(const std::string& list);

}  // namespace vqcodec::tools
