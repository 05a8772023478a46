// What a request's deadline means to the loop: it ends a request that waits, not one in flight.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using midas::errc;
using midas::internal::curl_multi_loop;
using midas::internal::http_request;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

using clock = std::chrono::steady_clock;

// Records the path of each request, and answers none before open().
class gated_server {
 public:
  [[nodiscard]] std::string url() const { return server_.url(); }

  void open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }

  void wait_for_requests(std::size_t count) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return paths_.size() >= count; });
  }

  [[nodiscard]] std::vector<std::string> paths() {
    const std::lock_guard lock{mutex_};
    return paths_;
  }

 private:
  void serve(raw_connection& connection) {
    for (auto request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      std::unique_lock lock{mutex_};
      const auto path = request.find('/');
      paths_.push_back(request.substr(path, request.find(' ', path) - path));
      changed_.notify_all();
      changed_.wait(lock, [&] { return open_; });
      connection.send(ok_response("x"));
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  std::vector<std::string> paths_;
  raw_server server_{[this](raw_connection& connection) { serve(connection); }};
};

http_request request_to(std::string url, clock::time_point deadline) {
  auto result = get_request(std::move(url));
  result.deadline = deadline;
  return result;
}

using paths = std::vector<std::string>;

constexpr std::size_t many = 50;

// The server holds the only slot's request; `many` others wait, until `deadline`.
void fill(exchanges& all, gated_server& server, clock::time_point deadline) {
  all.begin(get_request(server.url() + "/first"));
  server.wait_for_requests(1);
  for (std::size_t i = 0; i < many; ++i) {
    all.begin(request_to(server.url() + "/expired?query=hush", deadline));
  }
}

}  // namespace

TEST_CASE("a server never hears the requests whose deadline passed while they waited") {
  gated_server server;
  curl_multi_loop loop{{.max_connections_per_host = 1}};
  exchanges all{loop};
  const auto deadline = clock::now() + 100ms;
  fill(all, server, deadline);
  all.begin(request_to(server.url() + "/live", clock::now() + 1h));
  std::this_thread::sleep_until(deadline + 1ms);
  server.open();
  all.wait_for(many + 2);
  CHECK(server.paths() == paths{"/first", "/live"});
  CHECK(all.failed_with(errc::deadline_exceeded) == many);
  CHECK(all.outcome(many + 1));
  CHECK(loop.statistics().in_flight == 0);
}

TEST_CASE("a waiting request fails at its deadline, although no slot becomes free") {
  gated_server server;
  curl_multi_loop loop{{.max_connections_per_host = 1}};
  exchanges all{loop};
  const auto deadline = clock::now() + 100ms;
  fill(all, server, deadline);
  // The loop looks at its queue once a second whatever happens, so it must be told of the deadline.
  while (all.completed() < many && clock::now() < deadline + 600ms) {
    std::this_thread::sleep_for(5ms);
  }
  CHECK(all.failed_with(errc::deadline_exceeded) == many);
  CHECK(clock::now() >= deadline);
  const auto& failed = all.outcome(1).error();
  CHECK(failed.message.find(server.url() + "/expired ") != std::string::npos);
  CHECK(to_string(failed).find("hush") == std::string::npos);
  CHECK_FALSE(failed.advice.empty());
  CHECK(server.paths() == paths{"/first"});
  server.open();
  all.wait_for(many + 1);
}

TEST_CASE("a request whose deadline has passed when it begins is not sent") {
  gated_server server;
  server.open();
  curl_multi_loop loop;
  const auto outcome = exchange(loop, request_to(server.url() + "/late", clock::now()));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::deadline_exceeded);
  CHECK(exchange(loop, request_to(server.url() + "/live", clock::now() + 1h)));
  CHECK(server.paths() == paths{"/live"});
  CHECK(loop.statistics().connections_opened == 1);
}

TEST_CASE("a deadline that passes in flight does not end the exchange, its total timeout does") {
  gated_server server;
  curl_multi_loop loop{{.max_connections_per_host = 1}};
  exchanges all{loop};
  SECTION("answered before the timeout") {
    const auto deadline = clock::now() + 50ms;
    all.begin(request_to(server.url() + "/a", deadline));
    server.wait_for_requests(1);
    std::this_thread::sleep_until(deadline + 50ms);
    CHECK(all.completed() == 0);
    server.open();
    CHECK(all.outcome(0));
  }
  SECTION("not answered") {
    auto request = request_to(server.url() + "/a", clock::now() + 50ms);
    request.total_timeout = 150ms;
    all.begin(std::move(request));
    CHECK(all.outcome(0).error().code == errc::request_timeout);
    server.open();
  }
}
