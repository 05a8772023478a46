// The exchanges of an HTTP actor in each of their states. The actor itself knows none of them.
#include "actors/support/exchange_relay.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/http_host.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

using shared_exchange = std::shared_ptr<exchange_relay::exchange>;

shared_exchange make_exchange(std::uint64_t id) {
  http_request request;
  request.url = std::to_string(id);
  request.deadline = std::chrono::steady_clock::time_point::max();
  return std::make_shared<exchange_relay::exchange>(id, 1, std::move(request));
}

// A transport whose start() calls a function before it returns.
class calling_transport final : public http_transport {
 public:
  std::uint64_t start(http_request /*request*/, completion done) override {
    done_ = std::move(done);
    on_start();
    return 7;
  }
  void cancel(std::uint64_t id) override { cancelled.push_back(id); }
  [[nodiscard]] http_statistics statistics() const override { return {}; }
  void stop() override {}

  std::function<void()> on_start;
  std::vector<std::uint64_t> cancelled;

 private:
  completion done_;
};

struct relay_of_host {
  http_host host{{3, 0}};
  std::shared_ptr<exchange_relay> relay = std::make_shared<exchange_relay>(
      *host.transport, host.context->table, host.context->refreshes, host.http);
  shared_exchange first = make_exchange(1);
  shared_exchange second = make_exchange(2);
  shared_exchange third = make_exchange(3);

  [[nodiscard]] std::size_t started() const { return host.transport->started(); }
};

}  // namespace

TEST_CASE("an exchange begins once, and never after it was canceled") {
  relay_of_host one;
  one.relay->begin(one.first);
  one.relay->begin(one.first);
  CHECK(one.started() == 1);
  CHECK(one.relay->cancel(*one.second));
  one.relay->begin(one.second);
  CHECK(one.started() == 1);
}

TEST_CASE("an exchange is canceled once, in the transport only if it runs") {
  relay_of_host one;
  one.relay->begin(one.first);
  CHECK(one.relay->cancel(*one.first));
  CHECK_FALSE(one.relay->cancel(*one.first));
  CHECK(one.relay->cancel(*one.second));
  CHECK_FALSE(one.relay->cancel(*one.second));
  CHECK(one.host.transport->cancelled() == 1);
}

TEST_CASE("only exchanges that wait take the places of others") {
  relay_of_host one;
  one.relay->begin(one.first);
  one.relay->cancel(*one.second);
  one.relay->set_next({one.first, one.second, one.third});
  CHECK(one.relay->next_count() == 1);
  one.relay->begin(one.third);
  CHECK(one.relay->next_count() == 0);
}

TEST_CASE("an exchange that is hastened takes no place before the order is known") {
  relay_of_host one;
  one.relay->begin(one.first);
  one.relay->set_next({one.second});
  one.relay->set_deadline(*one.second, std::chrono::steady_clock::time_point::max());
  CHECK(one.relay->next_count() == 0);
  one.host.complete(0, 200);
  CHECK(one.started() == 1);
}

TEST_CASE("a refresh takes no place of another once refreshes are stopped") {
  relay_of_host one;
  http_request request;
  request.deadline = std::chrono::steady_clock::time_point::max();
  request.purpose = request_purpose::refresh;
  const auto refresh = std::make_shared<exchange_relay::exchange>(4, 1, request);
  const auto other = std::make_shared<exchange_relay::exchange>(5, 1, request);
  one.relay->begin(one.first);
  one.relay->set_next({refresh, other});
  one.host.complete(0, 200);
  CHECK(one.started() == 2);
  one.host.context->refreshes->store(false);
  one.host.complete(1, 200);
  CHECK(one.started() == 2);
}

TEST_CASE("an exchange that is canceled while it starts is canceled in the transport, too") {
  relay_of_host one;
  calling_transport transport;
  const auto relay = std::make_shared<exchange_relay>(transport, one.host.context->table,
                                                      one.host.context->refreshes, one.host.http);
  transport.on_start = [&] { CHECK(relay->cancel(*one.first)); };
  relay->begin(one.first);
  CHECK(transport.cancelled == std::vector<std::uint64_t>{7});
  transport.on_start = [] {};
  relay->begin(one.second);
  CHECK(transport.cancelled.size() == 1);
  CHECK(relay->cancel(*one.second));
  CHECK(transport.cancelled.size() == 2);
}
