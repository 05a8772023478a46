// The loop in a process that was forked from the one that made it.
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

using midas::errc;
using midas::internal::curl_multi_loop;
using namespace midas::internal::test;

namespace {

// Answers each request, except those for /hang, and counts what arrives.
class counting_server {
 public:
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] raw_server& raw() { return server_; }
  [[nodiscard]] int requests() const { return requests_; }

  void wait_for_requests(int count) {
    for (auto seen = requests_.load(); seen < count; seen = requests_.load()) {
      requests_.wait(seen);
    }
  }

 private:
  std::atomic<int> requests_ = 0;
  raw_server server_{[this](raw_connection& connection) {
    for (auto request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      ++requests_;
      requests_.notify_all();
      if (!request.starts_with("GET /hang")) {
        connection.send(ok_response("x"));
      }
    }
  }};
};

// A loop with one exchange in flight and one kept connection.
struct busy_loop {
  counting_server server;
  std::unique_ptr<curl_multi_loop> loop = std::make_unique<curl_multi_loop>();
  exchanges open{*loop};

  busy_loop() {
    open.begin(get_request(server.url() + "/hang"));
    server.wait_for_requests(1);
    REQUIRE(get(*loop, server.url()));
  }

  // The parent's connections are as they were.
  void check_unharmed() {
    CHECK(server.raw().connections() == 2);
    CHECK(server.requests() == 2);
    REQUIRE(get(*loop, server.url()));
    CHECK(server.raw().connections() == 2);
    CHECK(open.completed() == 0);
    loop->stop();
    CHECK(open.failed_with(errc::shutting_down) == 1);
  }
};

}  // namespace

TEST_CASE("a forked process may stop and destroy the loop, and ends") {
  busy_loop busy;
  CHECK(end_of_child_without_atexit([&] {
          busy.loop->stop();
          busy.loop->cancel(1);
          busy.loop.reset();
          return busy.open.completed() == 0 ? 0 : 1;
        }) == "exit 0");
  busy.check_unharmed();
}

TEST_CASE("a forked process that exits while it holds a static loop ends") {
  busy_loop busy;
  CHECK(end_of_child_without_atexit([&] {
          // As the destructor of a static object would, from exit().
          static std::unique_ptr<curl_multi_loop> last;
          last = std::move(busy.loop);
          std::atexit([] { last.reset(); });
          std::exit(0);
          return 1;
        }) == "exit 0");
  busy.check_unharmed();
}

TEST_CASE("an exchange that a forked process begins fails at once") {
  busy_loop busy;
  CHECK(end_of_child_without_atexit([&] {
          std::optional<http_outcome> outcome;
          busy.loop->start(get_request(busy.server.url()),
                           [&](http_outcome done) { outcome = std::move(done); });
          static_cast<void>(busy.loop->statistics());
          return outcome && !*outcome && outcome->error().code == errc::shutting_down &&
                         outcome->error().advice.find("fork()") != std::string::npos
                     ? 0
                     : 1;
        }) == "exit 0");
  busy.check_unharmed();
}

TEST_CASE("a forked process never waits for a lock that the loop held") {
  counting_server server;
  curl_multi_loop loop;
  exchanges all{loop};
  // The loop's thread takes its locks all the time while the processes are forked.
  constexpr std::size_t rounds = 50;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (int i = 0; i < 20; ++i) {
      all.begin(get_request(server.url()));
    }
    REQUIRE(end_of_child_without_atexit([&] {
              static_cast<void>(loop.statistics());
              loop.cancel(1);
              loop.stop();
              return 0;
            }) == "exit 0");
  }
  all.wait_for(20 * rounds);
}

TEST_CASE("a forked process can make a loop of its own") {
  if (!may_start_threads_after_fork) {
    WARN("forked processes cannot start threads here");
    return;
  }
  busy_loop busy;
  counting_server another;
  CHECK(end_of_child_without_atexit([&] {
          curl_multi_loop own;
          return get(own, another.url()) ? 0 : 1;
        }) == "exit 0");
  busy.check_unharmed();
}
