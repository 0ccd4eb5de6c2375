#include "tools/library/failure.h"

#include <algorithm>
#include <filesystem>
#include <new>

namespace vqcodec::library {

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return text;
}

Failure describe(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return {error.kind(), printable(error.what())};
  } catch (const std::bad_alloc&) {
    return {ErrorKind::kResource, "out of memory"};
  } catch (const std::filesystem::filesystem_error& error) {
    return {ErrorKind::kResource, printable(error.what())};
  } catch (const std::exception& error) {
    return {ErrorKind::kInternal, printable(std::string("internal error: ") + error.what())};
  } catch (...) {
    return {ErrorKind::kInternal, "internal error of an unknown type"};
  }
}

}  // namespace vqcodec::library
