// A transport for one request, which it completes on demand, so that any number of callers can
// wait.
#pragma once

#include "transport/http_transport.hpp"

#include <cstdint>
#include <latch>
#include <string>
#include <utility>

namespace midas::internal::bench {

class manual_transport final : public http_transport {
 public:
  std::uint64_t start(http_request /*request*/, completion done) override {
    done_ = std::move(done);
    requested_.count_down();
    return 0;
  }
  void cancel(std::uint64_t /*id*/) override {}
  [[nodiscard]] http_statistics statistics() const override { return {}; }
  void stop() override {}

  /// Waits for the request and completes it with a token.
  void complete() {
    requested_.wait();
    http_response response;
    response.status = 200;
    response.body = R"({"access_token":")" + std::string(1'800, 'T') + R"(","expires_in":86400})";
    done_(std::move(response));
  }

 private:
  completion done_;
  std::latch requested_{1};
};

}  // namespace midas::internal::bench
