// A host that answers its one request when told, so that as many can wait as are wanted.
#pragma once

#include "transport/http_transport.hpp"

#include <cstdint>
#include <latch>
#include <string>
#include <utility>

namespace midas::internal::bench {

class held_host final : public http_transport {
 public:
  std::uint64_t start(http_request /*request*/, completion done) override {
    done_ = std::move(done);
    asked_.count_down();
    return 0;
  }
  void cancel(std::uint64_t /*id*/) override {}
  [[nodiscard]] http_statistics statistics() const override { return {}; }
  void stop() override {}

  /// Waits until it is asked.
  void answer() {
    asked_.wait();
    http_response response;
    response.status = 200;
    response.body = R"({"access_token":")" + std::string(1'800, 'T') + R"(","expires_in":86400})";
    done_(std::move(response));
  }

 private:
  completion done_;
  std::latch asked_{1};
};

}  // namespace midas::internal::bench
