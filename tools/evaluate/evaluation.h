// tools/evaluate/evaluation.h: every codec at every setting over every picture, one picture in
// memory at a time.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "codec/evaluation.h"
#include "tools/evaluate/point_store.h"
#include "tools/progress.h"

namespace vqcodec::tools {

struct EvaluatedCodec {
  codec::PeerCodec codec;  // its sweep: the settings to measure
  std::string model;       // fingerprint in hex; empty where it has none
};

struct Evaluation {
  std::vector<codec::MeanCurve> curves;  // of the codecs, in their order
  std::vector<std::string> pictures;     // names of those measured
  // Of each picture, by codec and setting: [codec][setting][picture].
  std::vector<std::vector<std::vector<codec::Measurement>>> points;
  std::size_t measured = 0, kept = 0;  // points: measured now, taken from the store
};

// pictures: files. Alpha and metadata are left out, as the peers carry neither. Throws as reading
// them and the codecs do, with the picture's name: a mean over the others would mislead.
Evaluation evaluate(std::span<const EvaluatedCodec> codecs, std::span<const std::string> pictures,
                    const codec::MetricChoice& metrics, PointStore& store, Progress& progress);

}  // namespace vqcodec::tools
