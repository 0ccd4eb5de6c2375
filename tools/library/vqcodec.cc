// tools/library/vqcodec.cc: the C API: what C gives is checked and copied, what C++ throws becomes
// a status.
#include "tools/library/vqcodec.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <future>
#include <new>
#include <span>
#include <string>
#include <utility>

#include "codec/codec.h"
#include "codec/picture_synthesis.h"
#include "tools/library/c_image.h"
#include "tools/library/c_struct.h"
#include "tools/library/defaults.h"
#include "tools/library/deferred_transform.h"
#include "tools/library/failure.h"
#include "tools/library/model_store.h"
#include "tools/library/observed_transform.h"

namespace codec = vqcodec::codec;
namespace library = vqcodec::library;
using vqcodec::Error;
using vqcodec::ErrorKind;

struct vqcodec_context {
  library::ModelStore models;
  std::string device;
  vqcodec_allocator allocator;
};

namespace {

constexpr int kMostThreads = 1024;

// Needs no memory of its own when memory is what failed.
thread_local char last_message[512] = "";

struct Cancelled {};

vqcodec_status failed(vqcodec_status status, const char* message) {
  std::snprintf(last_message, sizeof last_message, "%s", message);
  return status;
}

// Nothing leaves it. Inside a handler.
vqcodec_status status_of_exception() noexcept {
  try {
    throw;
  } catch (const Cancelled&) {
    return failed(VQCODEC_CANCELLED, "cancelled by the progress callback");
  } catch (...) {
    try {
      const auto failure = library::describe(std::current_exception());
      return failed(static_cast<vqcodec_status>(failure.kind), failure.message.c_str());
    } catch (...) {  // no memory for the message
      return failed(VQCODEC_RESOURCE, "out of memory");
    }
  }
}

template <typename Work>
vqcodec_status status_of(Work&& work) noexcept {
  try {
    std::forward<Work>(work)();
    return VQCODEC_OK;
  } catch (...) {
    return status_of_exception();
  }
}

void require(const void* pointer, const char* name) {
  if (pointer == nullptr) throw Error(ErrorKind::kUsage, name, " is NULL");
}

vqcodec_allocator checked(const vqcodec_allocator& allocator) {
  if ((allocator.allocate == nullptr) != (allocator.release == nullptr))
    throw Error(ErrorKind::kUsage, "allocator has one function of two, expected both or neither");
  if (allocator.allocate != nullptr) return allocator;
  return {.allocate = [](void*, std::size_t size) { return std::malloc(size); },
          .release = [](void*, void* pointer) { std::free(pointer); },
          .opaque = nullptr};
}

codec::Tuning tuning_of(const vqcodec_context_options& options) {
  const int tuning = library::number_in(options.tuning);
  if (tuning != VQCODEC_TUNE_PSNR && tuning != VQCODEC_TUNE_MS_SSIM)
    throw Error(ErrorKind::kUsage, "tuning ", tuning, ", expected ", int{VQCODEC_TUNE_PSNR}, " or ",
                int{VQCODEC_TUNE_MS_SSIM});
  if (tuning != VQCODEC_TUNE_PSNR && options.model_path != nullptr)
    throw Error(ErrorKind::kUsage, "a tuning beside a model_path, which has its own");
  return tuning == VQCODEC_TUNE_PSNR ? codec::Tuning::kPsnr : codec::Tuning::kMsSsim;
}

std::string device_of(const vqcodec_context_options& options) {
  const std::string device = options.device == nullptr ? "auto" : options.device;
  if (device != "auto" && device != "cpu" && device != "cuda")
    throw Error(ErrorKind::kUsage, "device ", device, ", expected auto, cpu or cuda");
  return device;
}

int threads_of(int threads) {
  if (threads < 0 || threads > kMostThreads)
    throw Error(ErrorKind::kUsage, "threads ", threads, ", expected 0..", kMostThreads);
  return library::thread_count(threads);
}

// Tells the caller how far the work is, who may end it.
class Observer {
 public:
  Observer(vqcodec_progress progress, void* opaque) : progress_(progress), opaque_(opaque) {
    (*this)(0);
  }
  void operator()(double fraction) {
    fraction_ = std::clamp(fraction, fraction_, 1.0);  // rate control passes more than once
    if (progress_ != nullptr && progress_(opaque_, fraction_) != 0) throw Cancelled();
  }

 private:
  vqcodec_progress progress_;
  void* opaque_;
  double fraction_ = 0;
};

codec::CompressOptions options_for(const vqcodec_compress_options& given,
                                   const codec::ModelFile& model) {
  codec::CompressOptions options;
  if (given.target_bpp != 0) options.target_bpp = given.target_bpp;
  if (given.target_size_bytes != 0) options.target_size_bytes = given.target_size_bytes;
  if (given.target_psnr_db != 0) options.target_psnr_db = given.target_psnr_db;
  const bool has_target = options.target_bpp || options.target_size_bytes || options.target_psnr_db;
  if (given.quality != 0 && has_target)
    throw Error(ErrorKind::kUsage, "a quality and a target, expected one of them");
  options.quality = given.quality != 0 ? given.quality : library::default_quality(model);
  options.strip = given.strip != 0;
  options.threads = threads_of(given.threads);
  return options;
}

codec::DecompressOptions options_for(const vqcodec_decompress_options& given) {
  codec::DecompressOptions options;
  options.levels = given.levels;
  options.threads = threads_of(given.threads);
  if (given.max_pixels != 0) options.max_pixels = given.max_pixels;
  if (given.crop_width == 0 && given.crop_height == 0) {
    if (given.crop_x != 0 || given.crop_y != 0)
      throw Error(ErrorKind::kUsage, "a crop without width and height");
    return options;
  }
  for (const auto side : {given.crop_x, given.crop_y, given.crop_width, given.crop_height})
    if (!std::in_range<int>(side)) throw Error(ErrorKind::kUsage, "crop: ", side, " pixels");
  options.crop = {static_cast<int>(given.crop_x), static_cast<int>(given.crop_y),
                  static_cast<int>(given.crop_width), static_cast<int>(given.crop_height)};
  return options;
}

}  // namespace

const char* vqcodec_version(void) { return VQCODEC_VERSION; }

const char* vqcodec_message(void) { return last_message; }

vqcodec_status vqcodec_context_new(const vqcodec_context_options* options,
                                   vqcodec_context** context) {
  return status_of([&] {
    require(context, "context");
    *context = nullptr;
    const auto given = library::read_options(options, "options");
    const auto tuning = tuning_of(given);
    const std::string path = given.model_path == nullptr ? "" : given.model_path;
    *context = new vqcodec_context{.models = library::ModelStore(path, tuning),
                                   .device = device_of(given),
                                   .allocator = checked(given.allocator)};
  });
}

void vqcodec_context_free(vqcodec_context* context) { delete context; }

void vqcodec_free(const vqcodec_context* context, void* result) {
  if (context != nullptr && result != nullptr)
    context->allocator.release(context->allocator.opaque, result);
}

vqcodec_status vqcodec_compress(vqcodec_context* context, const vqcodec_image* image,
                                const vqcodec_compress_options* options, void** bytes,
                                size_t* size) {
  return status_of([&] {
    require(bytes, "bytes");
    require(size, "size");
    *bytes = nullptr;
    *size = 0;
    require(context, "context");
    const auto given = library::read_options(options, "options");
    const auto picture = library::read_image(library::read_struct(image, "image"));
    Observer observer(given.progress, given.progress_opaque);
    const auto& model = context->models.preferred();
    const auto own = options_for(given, model);
    library::ObservedTransform transform(context->models.transform(model, context->device),
                                         std::ref(observer));
    const auto file = codec::compress(picture, model, transform, own);
    void* const result = context->allocator.allocate(context->allocator.opaque, file.size());
    if (result == nullptr) throw std::bad_alloc();
    std::memcpy(result, file.data(), file.size());
    *bytes = result;
    *size = file.size();
  });
}

vqcodec_status vqcodec_decompress(vqcodec_context* context, const void* bytes, size_t size,
                                  const vqcodec_decompress_options* options, vqcodec_image* image) {
  return status_of([&] {
    library::check_size(image, "image");
    library::write_struct(vqcodec_image{}, *image);
    require(context, "context");
    require(bytes, "bytes");
    const auto given = library::read_options(options, "options");
    const auto own = options_for(given);
    const std::span file_bytes(static_cast<const std::uint8_t*>(bytes), size);
    const auto file = codec::inspect(file_bytes);
    const auto layout = library::chosen_layout(library::number_in(given.layout), file);
    Observer observer(given.progress, given.progress_opaque);
    const auto& model = context->models.with_fingerprint(file.fingerprint);
    // The codes are decoded meanwhile; synthesis waits for it.
    library::DeferredTransform networks(std::async(std::launch::async, [&] {
      auto& made = context->models.transform(model, context->device);
      codec::prepare_synthesis(made, file.width, file.height, own.threads);
      return &made;
    }));
    library::ObservedTransform transform(networks, std::ref(observer));
    const auto picture = codec::decompress(file_bytes, model, transform, own);
    vqcodec_image result{};
    library::write_image(picture, layout, context->allocator, result);
    library::write_struct(result, *image);
  });
}

vqcodec_status vqcodec_inspect(const void* bytes, size_t size, vqcodec_info* info) {
  return status_of([&] {
    library::check_size(info, "info");
    require(bytes, "bytes");
    const auto file = codec::inspect({static_cast<const std::uint8_t*>(bytes), size});
    const vqcodec_info result = {.struct_size = 0,
                                 .format_version = file.version,
                                 .width = static_cast<std::uint32_t>(file.width),
                                 .height = static_cast<std::uint32_t>(file.height),
                                 .layout = library::layout_of(file.channels, file.has_alpha),
                                 .source_bits = file.source_bits,
                                 .quality = file.quality,
                                 .model_fingerprint = file.fingerprint,
                                 .levels = static_cast<int>(file.levels.size()),
                                 .whole_levels = file.whole_levels,
                                 .size_bytes = file.size_bytes};
    library::write_struct(result, *info);
  });
}
