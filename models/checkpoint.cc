#include "models/checkpoint.h"

#include <algorithm>
#include <filesystem>

#include "entropy/error.h"
#include "models/device.h"

namespace vqcodec::models {

namespace {

using torch::serialize::InputArchive;
using torch::serialize::OutputArchive;

void save_archive(OutputArchive& archive, const std::string& path) {
  const auto temporary = path + ".tmp";
  archive.save_to(temporary);
  std::filesystem::rename(temporary, path);
}

void write_list(OutputArchive& archive, const std::string& name,
                const std::vector<torch::Tensor>& values) {
  archive.write(name + "s", torch::tensor(static_cast<std::int64_t>(values.size())));
  for (std::size_t i = 0; i < values.size(); ++i)
    archive.write(name + std::to_string(i), values[i]);
}

std::vector<torch::Tensor> read_list(InputArchive& archive, const std::string& name) {
  torch::Tensor count;
  archive.read(name + "s", count);
  std::vector<torch::Tensor> values(static_cast<std::size_t>(count.item<std::int64_t>()));
  for (std::size_t i = 0; i < values.size(); ++i) archive.read(name + std::to_string(i), values[i]);
  return values;
}

// Seconds, best validation, validations since: runs that began before there were any have none.
void read_stopping(InputArchive& archive, TrainingState& state) {
  torch::Tensor numbers;
  if (!archive.try_read("stopping", numbers)) return;
  state.seconds = numbers[0].item<double>();
  state.best_validation = numbers[1].item<double>();
  state.validations_since = numbers[2].item<std::int64_t>();
  state.best = read_list(archive, "best");
}

template <typename Load>
auto loaded(const std::string& path, Load load) {
  if (!std::filesystem::exists(path)) throw Error(ErrorKind::kResource, path, ": no such file");
  try {
    return load();
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::kCorrupt, path,
                ": is no checkpoint of this model: ", error.what_without_backtrace());
  }
}

}  // namespace

void save_checkpoint(const std::string& path, const torch::nn::Module& model,
                     const torch::optim::Optimizer& optimizer, const TrainingState& state) {
  OutputArchive archive, weights, moments;
  model.save(weights);
  optimizer.save(moments);
  archive.write("model", weights);
  archive.write("optimizer", moments);
  archive.write("step", torch::tensor(state.step));
  write_list(archive, "average", state.average);
  archive.write("stopping", torch::tensor({state.seconds, state.best_validation,
                                           static_cast<double>(state.validations_since)},
                                          torch::kFloat64));
  write_list(archive, "best", state.best);
  save_archive(archive, path);
}

TrainingState load_checkpoint(const std::string& path, torch::nn::Module& model,
                              torch::optim::Optimizer& optimizer) {
  return loaded(path, [&] {
    InputArchive archive, weights, moments;
    archive.load_from(path, device_of(model));
    archive.read("model", weights);
    archive.read("optimizer", moments);
    model.load(weights);
    optimizer.load(moments);
    torch::Tensor step;
    archive.read("step", step);
    TrainingState state;
    state.step = step.item<std::int64_t>();
    state.average = read_list(archive, "average");
    read_stopping(archive, state);
    return state;
  });
}

void save_weights(const std::string& path, const torch::nn::Module& model,
                  torch::ScalarType matrices) {
  OutputArchive archive;
  const auto write = [&](const auto& items, bool is_buffer) {
    for (const auto& item : items) {
      auto value = item.value().detach().to(torch::kCPU);
      if (value.dim() > 1 && value.scalar_type() == torch::kFloat32 && !is_buffer)
        value = value.to(matrices);
      archive.write(item.key(), value.contiguous(), is_buffer);
    }
  };
  write(model.named_parameters(), false);
  write(model.named_buffers(), true);
  save_archive(archive, path);
}

void load_weights(const std::string& path, torch::nn::Module& model,
                  const std::vector<std::string>& may_lack) {
  const auto optional = [&](const std::string& key) {
    return std::any_of(may_lack.begin(), may_lack.end(), [&](const std::string& part) {
      return key.find(part) != std::string::npos;
    });
  };
  loaded(path, [&] {
    torch::NoGradGuard no_grad;
    InputArchive archive;
    archive.load_from(path);
    const auto read = [&](const auto& items, bool is_buffer) {
      for (const auto& item : items) {
        torch::Tensor value;
        const bool found = archive.try_read(item.key(), value, is_buffer);
        if (!found && optional(item.key())) continue;
        if (!found)
          throw Error(ErrorKind::kCorrupt, path, ": has no ", item.key(),
                      "; its model has another shape");
        item.value().copy_(value);
      }
    };
    read(model.named_parameters(), false);
    read(model.named_buffers(), true);
    return 0;
  });
}

}  // namespace vqcodec::models
