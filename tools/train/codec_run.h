// tools/train/codec_run.h: the folder of a codec's training: names of its files, and what reads
// them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codec/model_file.h"
#include "codec/transform.h"
#include "models/codec_model.h"

namespace vqcodec::tools {

struct CodecRun {
  std::string folder;

  std::string configuration() const { return folder + "/codec.toml"; }
  std::string transform() const { return folder + "/transform"; }      // phase 1: state and log
  std::string weights() const { return folder + "/transform.pt"; }     // phase 1: averaged weights
  std::string codebooks() const { return folder + "/codebooks.bin"; }  // phase 2
  std::string polish() const { return folder + "/polish"; }            // phase 3: state and log
  std::string codec() const { return folder + "/codec.bin"; }          // phase 3: result
  std::string prior() const { return folder + "/prior"; }              // phase 4: state and log
};

// What the run's transform was trained for, from its codec.toml.
codec::Tuning tuning_of(const CodecRun& run);

// Rate and PSNR of every quality from whole files of held-out pictures, into model.qualities.
// transform: of its networks.
void measure_model(codec::ModelFile& model, codec::Transform& transform,
                   const std::vector<std::string>& pictures);

}  // namespace vqcodec::tools
