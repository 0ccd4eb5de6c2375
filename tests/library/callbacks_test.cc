// The callbacks of the C API: progress that may end a call, memory that may run out.
#include <atomic>
#include <new>
#include <set>
#include <stdexcept>
#include <thread>

#include "tests/codec/test_pictures.h"
#include "tests/library/c_fixture.h"

namespace {

// So many more allocations of C++ succeed; below 0: all do.
std::atomic<long> allocations_left = -1;

void* allocate_or_throw(std::size_t size) {
  if (allocations_left >= 0 && allocations_left-- <= 0) {
    allocations_left = 0;
    throw std::bad_alloc();
  }
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return allocate_or_throw(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace vqcodec::library {
namespace {

using testing::test_picture;

class Callbacks : public CLibrary {
 protected:
  const codec::Image picture = test_picture(33000, 8);  // more than one tile
  const Bytes file = compressed(view(picture));
};

struct Watcher {
  std::vector<double> fractions;
  std::size_t stop_at = ~std::size_t{0};  // index of the call that ends it
  std::thread::id thread = std::this_thread::get_id();

  static int see(void* opaque, double fraction) {
    auto& watcher = *static_cast<Watcher*>(opaque);
    EXPECT_EQ(std::this_thread::get_id(), watcher.thread);
    watcher.fractions.push_back(fraction);
    return watcher.fractions.size() - 1 == watcher.stop_at ? 1 : 0;
  }

  template <typename Options>
  Options options() {
    auto result = sized<Options>();
    result.threads = 2;
    result.progress = see;
    result.progress_opaque = this;
    return result;
  }
};

void expect_from_0_to_1(const std::vector<double>& fractions) {
  ASSERT_GE(fractions.size(), 3U);
  EXPECT_EQ(fractions.front(), 0);
  EXPECT_EQ(fractions.back(), 1);
  EXPECT_TRUE(std::is_sorted(fractions.begin(), fractions.end()));
}

TEST_F(Callbacks, ProgressRisesFrom0To1OnTheCallersThread) {
  Watcher compressing, aiming, decompressing;
  Bytes bytes;
  auto options = compressing.options<vqcodec_compress_options>();
  EXPECT_EQ(compress(view(picture), &options, bytes), VQCODEC_OK);
  expect_from_0_to_1(compressing.fractions);
  options = aiming.options<vqcodec_compress_options>();
  options.target_size_bytes = file.size();
  EXPECT_EQ(compress(view(picture), &options, bytes), VQCODEC_OK);
  expect_from_0_to_1(aiming.fractions);
  const auto other = decompressing.options<vqcodec_decompress_options>();
  EXPECT_EQ(decompressed(file, &other).status, VQCODEC_OK);
  expect_from_0_to_1(decompressing.fractions);
}

TEST_F(Callbacks, ACallEndsWhereverItIsCancelled) {
  for (std::size_t call = 0; call < 3; ++call) {
    Watcher watcher{.fractions = {}, .stop_at = call};
    Bytes bytes;
    const auto options = watcher.options<vqcodec_compress_options>();
    EXPECT_EQ(compress(view(picture), &options, bytes), VQCODEC_CANCELLED);
    EXPECT_EQ(watcher.fractions.size(), call + 1);
    EXPECT_STREQ(vqcodec_message(), "cancelled by the progress callback");
  }
  for (std::size_t call = 0; call < 2; ++call) {
    Watcher watcher{.fractions = {}, .stop_at = call};
    const auto options = watcher.options<vqcodec_decompress_options>();
    EXPECT_EQ(decompressed(file, &options).status, VQCODEC_CANCELLED);
    EXPECT_EQ(watcher.fractions.size(), call + 1);
  }
  EXPECT_EQ(decompressed(file).status, VQCODEC_OK);  // the context is as good as before
}

TEST_F(Callbacks, AnExceptionOfACallbackGoesNoFurther) {
  auto options = sized<vqcodec_compress_options>();
  options.progress = [](void*, double) -> int { throw std::runtime_error("two\nlines"); };
  Bytes bytes;
  EXPECT_EQ(compress(view(picture), &options, bytes), VQCODEC_INTERNAL);
  EXPECT_STREQ(vqcodec_message(), "internal error: two?lines");
}

struct Heap {
  std::set<void*> blocks;
  int allocations_left = 1 << 20;

  vqcodec_allocator allocator() {
    return {.allocate = [](void* opaque, std::size_t size) -> void* {
              auto& heap = *static_cast<Heap*>(opaque);
              if (heap.allocations_left-- <= 0) return nullptr;
              return *heap.blocks.insert(std::malloc(size)).first;
            },
            .release =
                [](void* opaque, void* block) {
                  EXPECT_EQ(static_cast<Heap*>(opaque)->blocks.erase(block), 1U);
                  std::free(block);
                },
            .opaque = this};
  }
};

TEST_F(Callbacks, ResultsComeFromTheAllocatorAndGoBackToIt) {
  Heap heap;
  vqcodec_context_free(context);
  context = make_context(model_path, heap.allocator());
  auto image = view(picture);
  void* bytes = nullptr;
  std::size_t size = 0;
  ASSERT_EQ(vqcodec_compress(context, &image, nullptr, &bytes, &size), VQCODEC_OK);
  EXPECT_TRUE(heap.blocks.contains(bytes));
  auto restored = sized<vqcodec_image>();
  ASSERT_EQ(vqcodec_decompress(context, bytes, size, nullptr, &restored), VQCODEC_OK);
  EXPECT_TRUE(heap.blocks.contains(restored.pixels));
  EXPECT_EQ(heap.blocks.size(), 2U);
  vqcodec_free(context, bytes);
  vqcodec_free(context, restored.pixels);
  EXPECT_TRUE(heap.blocks.empty());
}

TEST_F(Callbacks, AnAllocatorWithoutMemoryIsAStatus) {
  Heap heap{.blocks = {}, .allocations_left = 0};
  vqcodec_context_free(context);
  context = make_context(model_path, heap.allocator());
  Bytes bytes;
  EXPECT_EQ(compress(view(picture), nullptr, bytes), VQCODEC_RESOURCE);
  EXPECT_STREQ(vqcodec_message(), "out of memory");
  EXPECT_EQ(decompressed(file).status, VQCODEC_RESOURCE);
}

// Wherever operator new gives up, inside the library or on a thread of its own.
TEST_F(Callbacks, NoAllocationOfTheLibraryThatFailsIsMoreThanAStatus) {
  const auto small = test_picture(40, 33);
  auto image = view(small);
  auto options = sized<vqcodec_compress_options>();
  options.threads = 1;
  int failures = 0;
  for (long allowed = 0;; allowed += 1 + allowed / 8) {
    void* bytes = nullptr;
    std::size_t size = 0;
    vqcodec_context* fresh = nullptr;
    auto restored = sized<vqcodec_image>();
    auto context_options = sized<vqcodec_context_options>();
    context_options.model_path = model_path.c_str();
    auto to_restore = sized<vqcodec_decompress_options>();
    to_restore.threads = 1;

    allocations_left = allowed;
    auto status = vqcodec_context_new(&context_options, &fresh);
    if (status == VQCODEC_OK) status = vqcodec_compress(fresh, &image, &options, &bytes, &size);
    if (status == VQCODEC_OK)
      status = vqcodec_decompress(fresh, bytes, size, &to_restore, &restored);
    allocations_left = -1;

    vqcodec_free(fresh, restored.pixels);
    vqcodec_free(fresh, bytes);
    vqcodec_context_free(fresh);
    if (status == VQCODEC_OK) break;
    ++failures;
    EXPECT_EQ(status, VQCODEC_RESOURCE) << allowed << ": " << vqcodec_message();
  }
  EXPECT_GT(failures, 20);
}

TEST_F(Callbacks, NorIsOneForAMessage) {
  auto options = sized<vqcodec_context_options>();
  options.device = "a device whose name alone is too long for any string without memory of its own";
  auto status = VQCODEC_OK;
  int allowed = 0;
  for (; status != VQCODEC_USAGE; ++allowed) {
    vqcodec_context* none = nullptr;
    allocations_left = allowed;
    status = vqcodec_context_new(&options, &none);
    allocations_left = -1;
    ASSERT_TRUE(status == VQCODEC_USAGE || status == VQCODEC_RESOURCE) << status;
    ASSERT_LT(allowed, 100);
  }
  EXPECT_GT(allowed, 3);
}

}  // namespace
}  // namespace vqcodec::library
