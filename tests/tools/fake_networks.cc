// tests/tools/fake_networks.cc: the networks' library without networks. VQCODEC_FAKE_DELAY_MS makes
// every pass take so long.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "entropy/error.h"
#include "tests/codec/fake_transform.h"

namespace {

class SlowTransform : public vqcodec::testing::FakeTransform {
 public:
  explicit SlowTransform(std::chrono::milliseconds delay) : delay_(delay) {}

  std::unique_ptr<vqcodec::codec::Analysis> analyse(const vqcodec::codec::Image& picture,
                                                    const vqcodec::codec::PlainCells* plain,
                                                    const vqcodec::codec::Rectangle& rectangle,
                                                    int quality, int threads) override {
    std::this_thread::sleep_for(delay_);
    return FakeTransform::analyse(picture, plain, rectangle, quality, threads);
  }

 private:
  std::chrono::milliseconds delay_;
};

}  // namespace

extern "C" vqcodec::codec::Transform* vqcodec_make_transform_2(const std::uint8_t* /*networks*/,
                                                               std::size_t /*size*/,
                                                               vqcodec::codec::Tuning /*tuning*/,
                                                               const char* device) {
  if (std::strcmp(device, "cuda") == 0)
    throw vqcodec::Error(vqcodec::ErrorKind::kUnsupported, "the fake networks have no device ",
                         device);
  const char* delay = std::getenv("VQCODEC_FAKE_DELAY_MS");
  return new SlowTransform(std::chrono::milliseconds(delay ? std::atoi(delay) : 0));
}

extern "C" int vqcodec_train(int argc, const char* const* argv) {
  if (argc > 1 && std::strcmp(argv[1], "throw") == 0)
    throw vqcodec::Error(vqcodec::ErrorKind::kResource, "the fake networks threw");
  for (int i = 0; i < argc; ++i) std::printf("[%s]", argv[i]);
  return 7;
}
