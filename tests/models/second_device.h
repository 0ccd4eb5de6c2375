// tests/models/second_device.h: a device made of the processor's memory, for machines without a
// GPU. It computes what the processor computes, to the last bit, but refuses operations on tensors
// of two devices, as a GPU does: so what forgets a device is found anywhere. To LibTorch it is an
// "xpu", which nothing else here is. Include it in one file of a program.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>
#include <torch/torch.h>

#include <string>
#include <utility>
#include <vector>

namespace vqcodec::models::second_device {

inline const torch::Device kDevice(torch::kXPU, 0);

inline bool is_there(const torch::Tensor& tensor) {
  return tensor.defined() && tensor.device().type() == kDevice.type();
}

// The same memory as the processor's.
inline torch::Tensor seen_here(const torch::Tensor& tensor) {
  if (!is_there(tensor)) return tensor;
  return torch::from_blob(
      tensor.data_ptr(), tensor.sizes(), tensor.strides(), [tensor](void*) {}, tensor.dtype());
}

inline c10::Storage storage_there(const torch::Tensor& tensor) {
  auto* keeps = new torch::Tensor(tensor);
  const auto free = [](void* kept) { delete static_cast<torch::Tensor*>(kept); };
  return c10::Storage(
      c10::Storage::use_byte_size_t(),
      at::detail::computeStorageNbytes(tensor.sizes(), tensor.strides(), tensor.dtype().itemsize()),
      c10::DataPtr(tensor.data_ptr(), keeps, free, kDevice),
      /*allocator=*/nullptr, /*resizable=*/false);
}

inline torch::Tensor seen_there(const torch::Tensor& tensor) {
  if (!tensor.defined() || is_there(tensor)) return tensor;
  auto result = at::detail::make_tensor<c10::TensorImpl>(
      storage_there(tensor), c10::DispatchKeySet(c10::DispatchKey::XPU), tensor.dtype());
  result.unsafeGetTensorImpl()->set_sizes_and_strides(tensor.sizes(), tensor.strides());
  return result;
}

// One operation's arguments as the processor has them, and its results as the device does.
class Call {
 public:
  Call(const c10::OperatorHandle& operation, torch::jit::Stack& stack)
      : schema_(operation.schema()), stack_(stack) {
    const auto first = stack.size() - schema_.arguments().size();
    for (std::size_t i = first; i < stack.size(); ++i) {
      const auto* alias = schema_.arguments()[i - first].alias_info();
      is_written_ = alias && alias->isWrite();
      stack[i] = here(stack[i]);
    }
    if (is_any_there_ && is_any_here_ && !may_mix(schema_.name()))
      throw c10::Error("tensors of two devices meet in " + schema_.name(), "");
  }

  void take_back() {
    for (const auto& [there, here] : written_) {  // What was empty has been given memory.
      if (here.data_ptr() == there.data_ptr() && here.sizes() == there.sizes()) continue;
      auto* tensor = there.unsafeGetTensorImpl();
      tensor->set_storage_keep_dtype(storage_there(here));
      tensor->set_sizes_and_strides(here.sizes(), here.strides());
    }
    for (auto i = stack_.size() - schema_.returns().size(); i < stack_.size(); ++i)
      stack_[i] = there(stack_[i]);
  }

 private:
  // Copies from device to device, and places to look up, as on a GPU.
  static bool may_mix(const std::string& name) {
    return name.find("copy") != std::string::npos || name == "aten::index" ||
           name.find("index_put") != std::string::npos;
  }

  torch::Tensor here(const torch::Tensor& tensor) {
    if (!is_there(tensor)) {
      is_any_here_ |= tensor.defined() && tensor.dim() > 0;
      return tensor;
    }
    is_any_there_ = true;
    const auto same = is_written_ && tensor.numel() == 0
                          ? torch::empty(tensor.sizes(), tensor.dtype())
                          : seen_here(tensor);
    pairs_.emplace_back(tensor, same);
    if (is_written_) written_.emplace_back(tensor, same);
    return same;
  }

  c10::IValue here(const c10::IValue& value) {
    if (value.isTensor()) return here(value.toTensor());
    if (value.isDevice() && value.toDevice().type() == kDevice.type()) {
      is_any_there_ = true;
      return torch::Device(torch::kCPU);
    }
    if (value.isTensorList()) {
      std::vector<torch::Tensor> list;
      for (const auto& tensor : value.toTensorVector()) list.push_back(here(tensor));
      return list;
    }
    if (value.isOptionalTensorList()) {
      c10::List<c10::optional<torch::Tensor>> list;
      for (const c10::optional<torch::Tensor> tensor : value.toOptionalTensorList())
        list.push_back(tensor ? c10::make_optional(here(*tensor)) : tensor);
      return list;
    }
    return value;
  }

  c10::IValue there(const c10::IValue& value) const {
    const auto back = [&](const torch::Tensor& tensor) {
      for (const auto& [there, here] : pairs_)
        if (here.is_same(tensor)) return there;
      return seen_there(tensor);
    };
    if (value.isTensor()) return back(value.toTensor());
    if (!value.isTensorList()) return value;
    std::vector<torch::Tensor> list;
    for (const auto& tensor : value.toTensorVector()) list.push_back(back(tensor));
    return list;
  }

  const c10::FunctionSchema& schema_;
  torch::jit::Stack& stack_;
  std::vector<std::pair<torch::Tensor, torch::Tensor>> pairs_, written_;  // there, here
  bool is_written_ = false, is_any_there_ = false, is_any_here_ = false;
};

inline void compute_here(const c10::OperatorHandle& operation, torch::jit::Stack* stack) {
  Call call(operation, *stack);
  operation.callBoxed(stack);
  call.take_back();
}

inline torch::Tensor& copy(torch::Tensor& self, const torch::Tensor& from, bool /*non_blocking*/) {
  seen_here(self).copy_(seen_here(from));
  return self;
}

inline torch::Tensor& set_storage(torch::Tensor& self, c10::Storage storage, std::int64_t offset,
                                  torch::IntArrayRef sizes, torch::IntArrayRef strides) {
  auto* tensor = self.unsafeGetTensorImpl();
  tensor->set_storage_keep_dtype(std::move(storage));
  tensor->set_storage_offset(offset);
  tensor->set_sizes_and_strides(sizes, strides);
  return self;
}

TORCH_LIBRARY_IMPL(_, XPU, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&compute_here>());
}
TORCH_LIBRARY_IMPL(aten, XPU, library) {
  library.impl("copy_", &copy);
  library.impl("set_.source_Storage_storage_offset", &set_storage);
  for (const char* name :
       {"convolution", "convolution_backward", "native_batch_norm", "native_batch_norm_backward"})
    library.impl(name, torch::CppFunction::makeFromBoxedFunction<&compute_here>());
}

}  // namespace vqcodec::models::second_device

namespace c10::impl {
C10_REGISTER_GUARD_IMPL(XPU, NoOpDeviceGuardImpl<c10::DeviceType::XPU>);
}
