// tools/evaluate/own_models.h: our codec with each of the models to evaluate.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "tools/evaluate/evaluation.h"
#include "tools/library/model_store.h"

namespace vqcodec::tools {

struct OwnModel {
  std::string shown_name;  // "vqcodec"; of several models with their names
  const codec::ModelFile* model = nullptr;
  codec::Transform* networks = nullptr;
  std::vector<double> qualities;
};

class OwnModels {
 public:
  struct Options {
    std::vector<std::string> paths;  // empty: the model that compress takes
    std::string qualities;           // as --qualities
    std::string device;
    int threads = 1;
  };
  // Reads them and makes their networks, where qualities are asked for. Throws Error as ModelStore
  // and listed_qualities do, (kUsage) for one model given twice.
  explicit OwnModels(const Options& options);

  const std::vector<OwnModel>& all() const { return models_; }

  // In the peers' shape, so that one loop measures all. They borrow from this.
  std::vector<EvaluatedCodec> as_codecs() const;

 private:
  void name_models();

  int threads_;
  std::deque<library::ModelStore> stores_;  // they own what models_ points to
  std::vector<OwnModel> models_;
};

}  // namespace vqcodec::tools
