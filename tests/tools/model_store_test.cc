// Which model is taken: the named one, else the built-in one, else an installed one.
#include "tools/library/model_store.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "codec/codec.h"
#include "codec/hex.h"
#include "entropy/error.h"
#include "tests/codec/tiny_model.h"
#include "tests/tools/sandbox.h"
#include "tools/library/builtin_model.h"
#include "tools/library/file_io.h"

namespace vqcodec::tools {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kUnknown = 0x0123456789abcdef;

// tests/CMakeLists.txt builds the golden model in.
codec::ModelSummary golden_summary() {
  return codec::summarize_model(library::read_file(VQCODEC_TESTDATA_DIR "/golden/tiny.vqm"));
}

std::string written_model(const Sandbox& sandbox, std::uint32_t seed) {
  sandbox.write("other.vqm", codec::write_model(testing::tiny_model(seed)));
  return sandbox.path("other.vqm").string();
}

TEST(BuiltinModel, IsTheFileByteForByte) {
  const auto file = library::read_file(VQCODEC_TESTDATA_DIR "/golden/tiny.vqm");
  const auto built_in = library::builtin_model();
  EXPECT_EQ(std::vector<std::uint8_t>(built_in.begin(), built_in.end()), file);
}

TEST(ModelStore, PrefersTheBuiltInModelUnlessOneIsNamed) {
  EXPECT_EQ(library::ModelStore("").preferred().fingerprint, golden_summary().fingerprint);
  const Sandbox sandbox;
  EXPECT_EQ(library::ModelStore(written_model(sandbox, 99)).preferred().fingerprint,
            testing::tiny_model(99).fingerprint);
}

// The model for another metric is installed beside the program, and found again when decoding.
TEST(ModelStore, TheTuningChoosesAmongTheModels) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  fs::copy_file(VQCODEC_PROGRAM, sandbox.path("vqcodec"));
  const auto run = [&](const std::string& words) {
    return sandbox.run("unset VQCODEC_MODEL; ./vqcodec " + words);
  };
  const auto missing = run("compress a.png --tune ms-ssim");
  EXPECT_EQ(missing.exit_code, 4) << missing.err;
  EXPECT_NE(missing.err.find("no model for ms-ssim is built in or installed"), std::string::npos);

  auto tuned = testing::tiny_model(99);
  tuned.tuning = codec::Tuning::kMsSsim;
  fs::create_directories(sandbox.path("share/vqcodec/models"));
  sandbox.write("share/vqcodec/models/tuned.vqm", codec::write_model(tuned));
  const auto made = run("compress a.png -o a.vqc --tune ms-ssim");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const auto info = run("info a.vqc").out;
  EXPECT_NE(info.find(codec::hex(tuned.fingerprint)), std::string::npos) << info;
  EXPECT_EQ(run("decompress a.vqc -o b.png").exit_code, 0);
  EXPECT_NE(run("models").out.find("tuned for ms-ssim"), std::string::npos);
  EXPECT_EQ(run("compress a.png -f --tune ms-ssim --model x.vqm").exit_code, 2);
}

TEST(ModelStore, FindsAModelByFingerprintAndReadsItOnce) {
  library::ModelStore store("");
  const auto* model = store.find(golden_summary().fingerprint);
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(store.find(golden_summary().fingerprint), model);
  EXPECT_EQ(&store.preferred(), model);
  EXPECT_EQ(store.find(kUnknown), nullptr);
}

TEST(ModelStore, ANamedModelIsTheOnlyOne) {
  const Sandbox sandbox;
  library::ModelStore store(written_model(sandbox, 99));
  EXPECT_EQ(store.find(golden_summary().fingerprint), nullptr);
}

TEST(ModelStore, NamesTheMissingModelAndThoseThatAreThere) {
  const Sandbox sandbox;
  for (const auto& path : {std::string(), written_model(sandbox, 99)}) {
    library::ModelStore store(path);
    try {
      store.with_fingerprint(kUnknown);
      FAIL() << "found a model that is not there";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
      const std::string message = error.what();
      EXPECT_NE(message.find("needs the model 0123456789abcdef"), std::string::npos) << message;
      EXPECT_NE(message.find(codec::hex(store.preferred().fingerprint)), std::string::npos)
          << message;
    }
  }
}

TEST(ModelStore, TheMessageAboutADamagedModelNamesItsFile) {
  const Sandbox sandbox;
  sandbox.write("broken.vqm", {1, 2, 3});
  const auto path = sandbox.path("broken.vqm").string();
  try {
    library::ModelStore(path).preferred();
    FAIL() << "read a damaged model";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCorrupt);
    EXPECT_EQ(std::string(error.what()).find("model " + path + ": "), 0u) << error.what();
  }
}

TEST(ModelStore, DetailTellsTheArithmetic) {
  const Sandbox sandbox;
  const auto models = sandbox.run("vqcodec models --detail").out;
  // The fake networks say 3 and 2; the prior's are counted from its shapes.
  EXPECT_NE(models.find("multiply-adds a pixel: analysis 3, synthesis 2, prior "),
            std::string::npos)
      << models;
}

// bin/vqcodec finds lib/vqcodec/libvqcodec_inference.so and share/vqcodec/models/*.vqm.
TEST(ModelStore, AnInstalledProgramFindsItsParts) {
  const Sandbox sandbox;
  sandbox.write_picture("a.png");
  ASSERT_EQ(sandbox.run("vqcodec compress a.png").exit_code, 0);
  for (const char* folder : {"bin", "lib/vqcodec", "share/vqcodec/models"})
    fs::create_directories(sandbox.path(folder));
  fs::copy_file(VQCODEC_PROGRAM, sandbox.path("bin/vqcodec"));
  fs::copy_file(VQCODEC_FAKE_NETWORKS, sandbox.path("lib/vqcodec/libvqcodec_inference.so"));
  sandbox.write("share/vqcodec/models/tiny.vqm", codec::write_model(testing::tiny_model()));
  const auto outcome =
      sandbox.run("unset VQCODEC_MODEL VQCODEC_NETWORKS; bin/vqcodec decompress a.vqc -o b.png");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  // The GPU's networks are another library, and here is none.
  const auto on_gpu = sandbox.run(
      "unset VQCODEC_MODEL VQCODEC_NETWORKS; bin/vqcodec decompress a.vqc -o c.png --device cuda");
  EXPECT_EQ(on_gpu.exit_code, 4);
  EXPECT_NE(on_gpu.err.find("libvqcodec_networks.so is not beside"), std::string::npos)
      << on_gpu.err;
  const auto models = sandbox.run("bin/vqcodec models");
  EXPECT_NE(models.out.find("share/vqcodec/models/tiny.vqm"), std::string::npos) << models.out;
}

}  // namespace
}  // namespace vqcodec::tools
