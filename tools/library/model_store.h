// tools/library/model_store.h: which model a picture is written or read with, and its networks.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "codec/model_file.h"
#include "codec/transform.h"

namespace vqcodec::library {

// A model that needs no naming: built in, or in share/vqcodec/models beside this code or in its
// installation.
struct KnownModel {
  std::string path;  // empty: built in
  codec::ModelSummary summary;
};
std::vector<KnownModel> known_models();  // The built-in one first.

// Reads each model and makes each transform once, when first asked for; from any thread.
class ModelStore {
 public:
  // model_path: the one model to use; empty: any known one. tuning: what to compress for.
  explicit ModelStore(std::string model_path, codec::Tuning tuning = codec::Tuning::kPsnr)
      : model_path_(std::move(model_path)), tuning_(tuning) {}

  // The one to compress with. Throws Error(kUnsupported) where there is none.
  const codec::ModelFile& preferred();
  // The one a picture was made with; null where it is not here.
  const codec::ModelFile* find(std::uint64_t fingerprint);
  // The same; throws Error(kUnsupported), naming it, where it is not here.
  const codec::ModelFile& with_fingerprint(std::uint64_t fingerprint);
  // model: one of this store's.
  codec::Transform& transform(const codec::ModelFile& model, const std::string& device);

 private:
  // With the mutex held.
  const codec::ModelFile& preferred_known();
  const codec::ModelFile* known(std::uint64_t fingerprint);
  const codec::ModelFile& read_preferred();
  const codec::ModelFile& add(std::span<const std::uint8_t> bytes);
  const codec::ModelFile& add_file(const std::string& path);

  std::string model_path_;
  codec::Tuning tuning_;
  std::mutex mutex_;  // guards what follows
  const codec::ModelFile* preferred_ = nullptr;
  std::map<std::uint64_t, codec::ModelFile> models_;  // by fingerprint; nodes never move
  std::map<std::uint64_t, std::unique_ptr<codec::Transform>> transforms_;
};

}  // namespace vqcodec::library
