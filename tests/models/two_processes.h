// tests/models/two_processes.h: a test whose body two processes run, as ranks 0 and 1.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "models/process_group.h"

namespace vqcodec::models {

// In the first process it starts the second: this program again, for this test alone. Both then
// meet in ranks(), each checks what it finds, and the first expects the second to succeed.
class TwoProcesses {
 public:
  static bool is_second() { return std::getenv("VQCODEC_SECOND_PROCESS") != nullptr; }

  // For what both read and write; empty at first.
  static std::string folder(const std::string& name) {
    const auto path = std::filesystem::temp_directory_path() / ("vqcodec_ranks_" + name);
    if (!is_second()) std::filesystem::remove_all(path);
    return path.string();
  }

  TwoProcesses() : place_(is_second() ? launch_place() : place_of_the_first()) {
    if (!is_second()) start_second();
  }
  ~TwoProcesses() {
    if (is_second() || is_over_) return;
    EXPECT_EQ(status_of_second(), 0);
  }

  const LaunchPlace& place() const { return place_; }
  pid_t second() const { return second_; }
  int status_of_second() {  // As waitpid has it; waits for its end.
    int status = -1;
    waitpid(second_, &status, 0);
    is_over_ = true;
    return status;
  }

 private:
  static LaunchPlace place_of_the_first() {
    const int probe = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(probe, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size), 0);
    close(probe);
    return {.rank = 0, .size = 2, .address = "127.0.0.1", .port = ntohs(address.sin_port)};
  }

  void start_second() {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    std::vector<std::string> arguments = {
        "second", "--gtest_brief=1",
        std::string("--gtest_filter=") + test->test_suite_name() + "." + test->name()};
    std::vector<std::string> variables = {"VQCODEC_SECOND_PROCESS=1", "RANK=1", "WORLD_SIZE=2",
                                          "MASTER_ADDR=" + place_.address,
                                          "MASTER_PORT=" + std::to_string(place_.port)};
    for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
    const auto pointers = [](std::vector<std::string>& words) {
      std::vector<char*> result;
      for (auto& word : words) result.push_back(word.data());
      result.push_back(nullptr);
      return result;
    };
    ASSERT_EQ(posix_spawn(&second_, "/proc/self/exe", nullptr, nullptr, pointers(arguments).data(),
                          pointers(variables).data()),
              0);
  }

  LaunchPlace place_;
  pid_t second_ = 0;
  bool is_over_ = false;
};

}  // namespace vqcodec::models
