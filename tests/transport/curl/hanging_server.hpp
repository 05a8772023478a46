// A server that never answers, with a way to wait for the arrival of requests.
#pragma once

#include "tests/support/raw_server.hpp"

#include <atomic>
#include <string>

namespace midas::internal::test {

class hanging_server {
 public:
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] raw_server& raw() { return server_; }

  void wait_for_requests(int count) {
    for (auto seen = requests_.load(); seen < count; seen = requests_.load()) {
      requests_.wait(seen);
    }
  }

 private:
  std::atomic<int> requests_ = 0;
  raw_server server_{[this](raw_connection& connection) {
    while (!connection.read_request().empty()) {
      ++requests_;
      requests_.notify_all();
    }
  }};
};

}  // namespace midas::internal::test
