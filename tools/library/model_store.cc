#include "tools/library/model_store.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "codec/hex.h"
#include "entropy/error.h"
#include "tools/library/builtin_model.h"
#include "tools/library/file_io.h"
#include "tools/library/network_module.h"
#include "tools/library/own_location.h"

namespace vqcodec::library {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> installed_paths() {
  std::error_code ignored;  // no such folder: nothing is installed
  std::vector<std::string> paths;
  for (const auto& folder : {own_folder(), installation_folder()})
    for (const auto& entry : fs::directory_iterator(folder / "share/vqcodec/models", ignored))
      if (entry.path().extension() == ".vqm") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::optional<codec::ModelSummary> builtin_summary() {
  if (builtin_model().empty()) return std::nullopt;
  return codec::summarize_model(builtin_model());
}

}  // namespace

// Whoever can do with the built-in one asks for it first: this reads every installed file.
std::vector<KnownModel> known_models() {
  std::vector<KnownModel> models;
  if (auto built_in = builtin_summary())
    models.push_back({.path = {}, .summary = std::move(*built_in)});
  for (const auto& path : installed_paths())
    models.push_back({.path = path, .summary = naming("model " + path, [&] {
                                      return codec::summarize_model(read_file(path));
                                    })});
  return models;
}

const codec::ModelFile& ModelStore::add(std::span<const std::uint8_t> bytes) {
  auto model = codec::read_model(bytes);
  const auto fingerprint = model.fingerprint;
  return models_.try_emplace(fingerprint, std::move(model)).first->second;
}

const codec::ModelFile& ModelStore::add_file(const std::string& path) {
  return naming("model " + path, [&]() -> const codec::ModelFile& { return add(read_file(path)); });
}

const codec::ModelFile& ModelStore::preferred() {
  const std::lock_guard lock(mutex_);
  return preferred_known();
}

const codec::ModelFile& ModelStore::preferred_known() {
  if (preferred_ == nullptr) preferred_ = &read_preferred();
  return *preferred_;
}

const codec::ModelFile& ModelStore::read_preferred() {
  if (!model_path_.empty()) return add_file(model_path_);
  if (const auto built_in = builtin_summary(); built_in && built_in->tuning == tuning_)
    return add(builtin_model());
  for (const auto& known : known_models())
    if (known.summary.tuning == tuning_) return add_file(known.path);
  throw Error(ErrorKind::kUnsupported, "no model for ", codec::name_of(tuning_),
              " is built in or installed; name a .vqm (--model)");
}

const codec::ModelFile* ModelStore::find(std::uint64_t fingerprint) {
  const std::lock_guard lock(mutex_);
  return known(fingerprint);
}

const codec::ModelFile* ModelStore::known(std::uint64_t fingerprint) {
  if (!model_path_.empty()) preferred_known();
  if (const auto found = models_.find(fingerprint); found != models_.end()) return &found->second;
  if (!model_path_.empty()) return nullptr;
  if (const auto built_in = builtin_summary(); built_in && built_in->fingerprint == fingerprint)
    return &add(builtin_model());
  for (const auto& installed : known_models())
    if (installed.summary.fingerprint == fingerprint) return &add_file(installed.path);
  return nullptr;
}

const codec::ModelFile& ModelStore::with_fingerprint(std::uint64_t fingerprint) {
  const std::lock_guard lock(mutex_);
  if (const auto* model = known(fingerprint)) return *model;
  std::string others;
  const auto list = [&](const std::string& name, std::uint64_t other) {
    others += (others.empty() ? "" : ", ") + name + " (" + codec::hex(other) + ")";
  };
  if (!model_path_.empty()) {
    list(preferred_known().name, preferred_known().fingerprint);
  } else {
    for (const auto& other : known_models()) list(other.summary.name, other.summary.fingerprint);
  }
  throw Error(ErrorKind::kUnsupported, "needs the model ", codec::hex(fingerprint), ", here is ",
              others.empty() ? "none" : others, "; name its .vqm (--model)");
}

codec::Transform& ModelStore::transform(const codec::ModelFile& model, const std::string& device) {
  const std::lock_guard lock(mutex_);
  auto& transform = transforms_[model.fingerprint];
  if (!transform)
    transform = NetworkModule::for_pictures(model.networks, device)
                    .make_transform(model.networks, model.tuning, device);
  return *transform;
}

}  // namespace vqcodec::library
