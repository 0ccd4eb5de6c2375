// tools/make_pages.py, where Python has what it needs.
#include <gtest/gtest.h>

#include "codec/image_io.h"
#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

const std::string kScript = "/usr/bin/python3 " VQCODEC_SOURCE_DIR "/tools/make_pages.py ";

bool can_run(const Sandbox& sandbox) {
  return sandbox
             .run(
                 "/usr/bin/python3 -c 'import PIL' && test -e "
                 "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf -a -e "
                 "/usr/share/common-licenses/MPL-2.0")
             .exit_code == 0;
}

TEST(MakePages, TheSameSeedGivesTheSamePages) {
  const Sandbox sandbox;
  if (!can_run(sandbox)) GTEST_SKIP() << "Pillow, the fonts or the texts are missing";
  const auto outcome = sandbox.run(kScript + "one --pages 3 && " + kScript + "two --pages 2 && " +
                                   kScript + "other --pages 1 --seed 2");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(sandbox.has("one/page-003.png"));
  EXPECT_EQ(sandbox.read("one/page-001.png"), sandbox.read("two/page-001.png"));
  EXPECT_EQ(sandbox.read("one/page-002.png"), sandbox.read("two/page-002.png"));
  EXPECT_NE(sandbox.read("one/page-001.png"), sandbox.read("other/page-001.png"));
  const auto page = codec::read_image(sandbox.read("one/page-003.png"));
  EXPECT_EQ(page.width, 768);
  EXPECT_EQ(page.height, 512);
}

// Whatever is in the folder would be trained on.
TEST(MakePages, RefusesAFolderThatHoldsSomething) {
  const Sandbox sandbox;
  if (!can_run(sandbox)) GTEST_SKIP() << "Pillow, the fonts or the texts are missing";
  sandbox.write_picture("pages/photo.png");
  const auto outcome = sandbox.run(kScript + "pages");
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "make_pages.py: pages: not empty; its pictures would be trained on\n");
  EXPECT_FALSE(sandbox.has("pages/page-001.png"));
}

}  // namespace
}  // namespace vqcodec::tools
