#include "tools/exit_code.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <new>

#include "entropy/error.h"

namespace vqcodec::tools {
namespace {

int report(const std::string& subject, const std::string& message, ErrorKind kind) {
  print_message(subject.empty() ? message : subject + ": " + message);
  return static_cast<int>(kind);
}

}  // namespace

void print_message(const std::string& message) {
  auto line = "vqcodec: " + message;
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  std::fprintf(stderr, "%s\n", line.c_str());
}

int report(const std::exception_ptr& failure, const std::string& subject) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return report(subject, error.what(), error.kind());
  } catch (const std::bad_alloc&) {
    return report(subject, "out of memory", ErrorKind::kResource);
  } catch (const std::filesystem::filesystem_error& error) {
    return report(subject, error.what(), ErrorKind::kResource);
  } catch (const std::exception& error) {
    return report(subject, std::string("internal error: ") + error.what(), ErrorKind::kInternal);
  } catch (...) {
    return report(subject, "internal error of an unknown type", ErrorKind::kInternal);
  }
}

}  // namespace vqcodec::tools
