#include "tests/tools/sandbox.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "codec/image_io.h"
#include "tests/codec/tiny_model.h"

namespace vqcodec::tools {
namespace {

namespace fs = std::filesystem;

fs::path make_temporary_folder() {
  std::string name = (fs::temp_directory_path() / "vqcodec-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp: " + name);
  return name;
}

std::string quoted(const fs::path& path) {
  return std::string("'").append(path.string()).append("'");
}

std::vector<std::uint8_t> bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string text_of(const fs::path& path) {
  const auto bytes = bytes_of(path);
  return {bytes.begin(), bytes.end()};
}

void write_bytes(const fs::path& path, const std::vector<std::uint8_t>& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

Sandbox::Sandbox() : root_(make_temporary_folder()), folder_(root_ / "work") {
  fs::create_directory(folder_);
  write_bytes(root_ / "tiny.vqm", codec::write_model(testing::tiny_model()));
}

Sandbox::~Sandbox() { fs::remove_all(root_); }

int Sandbox::run_script(const std::string& line, const std::string& redirections) const {
  const auto script = root_ / "line.sh";
  const std::string text = "PATH=" + quoted(fs::path(VQCODEC_PROGRAM).parent_path()) + ":$PATH\n" +
                           "VQCODEC_NETWORKS=" + quoted(VQCODEC_FAKE_NETWORKS) + "\n" +
                           "VQCODEC_MODEL=" + quoted(root_ / "tiny.vqm") + "\n" +
                           "export PATH VQCODEC_NETWORKS VQCODEC_MODEL\n" + "cd " +
                           quoted(folder_) + "\n" + line + "\n";
  write_bytes(script, {text.begin(), text.end()});
  const int status = std::system(("sh " + quoted(script) + redirections).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Outcome Sandbox::run(const std::string& line) const {
  const auto out = root_ / "out", err = root_ / "err";
  const int exit_code = run_script(line, " >" + quoted(out) + " 2>" + quoted(err));
  return {.exit_code = exit_code, .out = text_of(out), .err = text_of(err)};
}

int Sandbox::run_here(const std::string& line) const {
  return run_script(line, " >" + quoted(root_ / "out"));
}

bool Sandbox::has(const std::string& name) const { return fs::exists(folder_ / name); }

std::set<std::string> Sandbox::files() const {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder_))
    if (!entry.is_directory()) names.insert(entry.path().lexically_relative(folder_).string());
  return names;
}

std::vector<std::uint8_t> Sandbox::read(const std::string& name) const {
  return bytes_of(folder_ / name);
}

void Sandbox::write(const std::string& name, const std::vector<std::uint8_t>& bytes) const {
  write_bytes(folder_ / name, bytes);
}

void Sandbox::write_picture(const std::string& name, int width, int height) const {
  write_image(name, test_picture(width, height));
}

void Sandbox::write_image(const std::string& name, const codec::Image& image) const {
  write(name, codec::write_png(image));
}

codec::Image test_picture(int width, int height, int channels) {
  codec::Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        image.pixels.push_back(
            static_cast<std::uint8_t>(128 + 60 * std::sin(x / 30.0 + c) + 50 * std::sin(y / 25.0)));
  return image;
}

}  // namespace vqcodec::tools
