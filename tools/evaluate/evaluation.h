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
  std::string shown_name;  // of its curve
  std::string model;       // fingerprint in hex; empty where it has none
  int threads = 0;         // where the result depends on them; 0: it does not
};

struct Evaluation {
  std::vector<codec::MeanCurve> curves;  // of the codecs, in their order
  std::vector<std::string> pictures;     // names of those measured, by every codec
  // Of each picture, by codec and setting: [codec][setting][picture].
  std::vector<std::vector<std::vector<codec::Measurement>>> points;
  std::size_t measured = 0, kept = 0;  // points: measured now, taken from the store
  int exit_code = 0;                   // of the first picture that was left out,
  std::size_t first_left_out = 0;      // and its place among those asked for
};

// Whether a point is one of these codecs at one of these pictures. Pictures go by their names: to
// go by their content, each file would be read twice.
PointStore::Asked asked_points(std::span<const EvaluatedCodec> codecs,
                               std::span<const std::string> pictures);

// pictures: files. Alpha and metadata are left out, as the peers carry neither. A picture that
// cannot be read, or that a codec cannot hold, is reported and left out of every mean: curves over
// different pictures would mislead. Throws as the store does.
Evaluation evaluate(std::span<const EvaluatedCodec> codecs, std::span<const std::string> pictures,
                    const codec::MetricChoice& metrics, PointStore& store, Progress& progress);

}  // namespace vqcodec::tools
