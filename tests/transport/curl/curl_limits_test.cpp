// The loop in a process that has few descriptors or threads left, and with options it must refuse.
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "transport/curl/curl_exchange.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <grp.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

using midas::errc;
using midas::internal::curl_multi_loop;
using namespace midas::internal::test;

namespace {

bool has_part(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void set_limit(__rlimit_resource which, rlim_t value) {
  const rlimit limit{value, value};
  if (::setrlimit(which, &limit) != 0) {
    throw std::system_error{errno, std::generic_category(), "setrlimit"};
  }
}

// 0 for responses, 1 for errors that say what is lacking and what to do, 2 for anything else.
int ask(const std::string& url, std::string_view cause, std::string_view remedy) {
  curl_multi_loop loop;
  const auto ask_once = [&] {
    const auto outcome = get(loop, url);
    if (outcome) {
      return 0;
    }
    if (outcome.error().code == errc::unreachable && has_part(outcome.error().message, cause) &&
        has_part(outcome.error().advice, remedy)) {
      return 1;
    }
    std::fprintf(stderr, "%s\n", to_string(outcome.error()).c_str());
    return 2;
  };
  // What is lacking once is lacking again.
  const auto first = ask_once();
  return ask_once() == first ? first : 2;
}

const std::string answered = "exit 0";
const std::string refused = "exit 1";

// With only the standard streams and as many descriptors as fit under `limit`.
std::string ask_with_descriptors(const std::string& url, rlim_t limit) {
  return end_of_child_without_atexit([&] {
    ::close_range(3, ~0U, 0);
    set_limit(RLIMIT_NOFILE, limit);
    return ask(url, "Too many open files", "LimitNOFILE");
  });
}

std::string ask_with_processes(const std::string& url, rlim_t limit) {
  return end_of_child_without_atexit([&] {
    // A user that has no other process; the limit does not apply to root.
    const auto nobody_else = static_cast<uid_t>(1'000'000 + ::getpid());
    if (::setgroups(0, nullptr) != 0 || ::setresgid(nobody_else, nobody_else, nobody_else) != 0 ||
        ::setresuid(nobody_else, nobody_else, nobody_else) != 0) {
      return 97;
    }
    set_limit(RLIMIT_NPROC, limit);
    return ask(url, "no thread", "TasksMax");
  });
}

// While it lives, no thread can be started: there is no memory for its stack.
class no_more_threads {
 public:
  no_more_threads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, std::size_t{1} << 50U);
    pthread_setattr_default_np(&huge);
    pthread_attr_destroy(&huge);
  }
  no_more_threads(const no_more_threads&) = delete;
  no_more_threads& operator=(const no_more_threads&) = delete;
  ~no_more_threads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_{};
};

}  // namespace

TEST_CASE("with few descriptors a request succeeds or fails with \"Too many open files\"") {
  if (!may_start_threads_after_fork) {
    WARN("forked processes cannot start threads here");
    return;
  }
  raw_server server{answer_always(ok_response("x"))};
  int first_answer = 0;
  for (int limit = 3; limit <= 40; ++limit) {
    CAPTURE(limit);
    const auto result = ask_with_descriptors(server.url(), static_cast<rlim_t>(limit));
    CHECK((result == answered || result == refused));
    first_answer = result == answered && first_answer == 0 ? limit : first_answer;
    // More descriptors do not make it worse.
    CHECK((first_answer == 0 || result == answered));
  }
  CHECK(first_answer > 3);
  CHECK(first_answer < 12);
}

TEST_CASE("an exchange that failed for lack of descriptors leaves its slot to the next") {
  if (!may_start_threads_after_fork) {
    WARN("forked processes cannot start threads here");
    return;
  }
  raw_server server{answer_always(ok_response("x"))};
  CHECK(end_of_child_without_atexit([&] {
          ::close_range(3, ~0U, 0);
          const rlimit few{4, 64};
          const rlimit enough{64, 64};
          curl_multi_loop loop{{.max_connections_per_host = 1}};
          ::setrlimit(RLIMIT_NOFILE, &few);
          if (get(loop, server.url())) {
            return 1;
          }
          ::setrlimit(RLIMIT_NOFILE, &enough);
          return get(loop, server.url()) ? 0 : 2;
        }) == "exit 0");
}

TEST_CASE("without descriptors the lookup of a name fails with \"Too many open files\"") {
  if (!may_start_threads_after_fork) {
    WARN("forked processes cannot start threads here");
    return;
  }
  raw_server server{answer_always(ok_response("x"))};
  CHECK(end_of_child_without_atexit([&] {
          curl_multi_loop loop;
          if (!get(loop, server.url())) {
            return 1;
          }
          set_limit(RLIMIT_NOFILE, 64);
          while (::dup(0) >= 0) {
          }
          const auto outcome = get(loop, "http://name.invalid");
          return !outcome && has_part(outcome.error().message, "Too many open files") ? 0 : 2;
        }) == "exit 0");
}

TEST_CASE("with few threads a request succeeds or fails with an error that names the limit") {
  if (!may_start_threads_after_fork) {
    WARN("forked processes cannot start threads here");
    return;
  }
  if (::geteuid() != 0) {
    WARN("needs root, to run as a user without processes");
    return;
  }
  raw_server server{answer_always(ok_response("x"))};
  CHECK(ask_with_processes(server.url(), 0) == refused);
  CHECK(ask_with_processes(server.url(), 1) == refused);
  for (rlim_t limit = 2; limit <= 6; ++limit) {
    CAPTURE(limit);
    CHECK(ask_with_processes(server.url(), limit) == answered);
  }
}

TEST_CASE("a loop that got no thread fails its exchanges at once, and later tries again") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop;
  {
    const no_more_threads limit;
    for (int i = 0; i < 3; ++i) {
      const auto outcome = get(loop, server.url());
      REQUIRE_FALSE(outcome);
      CHECK(outcome.error().code == errc::unreachable);
      CHECK(outcome.error().message ==
            "no thread for HTTP requests: Resource temporarily unavailable");
      CHECK(has_part(outcome.error().advice, "RLIMIT_NPROC"));
    }
    CHECK(loop.statistics().requests == 0);
    CHECK(loop.statistics().in_flight == 0);
    loop.cancel(0);
    curl_multi_loop stopped;
    CHECK_FALSE(get(stopped, server.url()));
    stopped.stop();
    const auto after = get(stopped, server.url());
    REQUIRE_FALSE(after);
    CHECK(after.error().code == errc::shutting_down);
  }
  const auto outcome = get(loop, server.url());
  CAPTURE(outcome ? std::string{} : to_string(outcome.error()));
  CHECK(outcome);
}

TEST_CASE("a user agent with control characters is refused when the loop is made") {
  for (const auto* agent : {"a\r\nX-Other: b", "a\n", "\x1b", "a\x7f"}) {
    CHECK_THROWS_WITH(curl_multi_loop({.user_agent = agent}),
                      "the option user_agent contains control characters, such as a line break");
  }
  CHECK_THROWS_AS(curl_multi_loop({.user_agent = std::string{"a\0b", 3}}), std::invalid_argument);
  CHECK_NOTHROW(curl_multi_loop({.user_agent = "agent/1 (a; b)"}));
}

TEST_CASE("every length of the keep-alive time is accepted") {
  raw_server server{answer_always(ok_response("x"))};
  for (const auto time :
       {std::chrono::seconds::min(), std::chrono::seconds{0}, std::chrono::seconds::max()}) {
    curl_multi_loop loop{{.keep_alive = time}};
    CHECK(get(loop, server.url()));
    CHECK(get(loop, server.url()));
  }
  CHECK(server.connections() == 3);
}

TEST_CASE("a request that libcurl refuses fails, and leaves its slot to the next") {
  raw_server server{answer_always(ok_response("x"))};
  curl_multi_loop loop{{.max_connections_per_host = 1}};
  auto refused_request = get_request(server.url());
  // libcurl's options have at most 8 MB.
  refused_request.internet = std::make_shared<const midas::internal::internet_access>(
      midas::internal::internet_access{.proxy = midas::sensitive_string(9'000'000, 'x')});
  const auto outcome = exchange(loop, std::move(refused_request));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::unreachable);
  CHECK(has_part(outcome.error().message, "cannot be sent"));
  auto next = get_request(server.url());
  next.deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  CHECK(exchange(loop, std::move(next)));
}

TEST_CASE("a lack of descriptors is not blamed for the next failure of a handle") {
  if (!may_start_threads_after_fork) {
    WARN("forked processes cannot start threads here");
    return;
  }
  CHECK(end_of_child_without_atexit([&] {
          const midas::internal::curl_multi_options options;
          midas::internal::curl_sockets sockets;
          midas::internal::curl_exchange handle{options, sockets};
          const auto message_of = [&handle](midas::internal::http_request request) {
            handle.prepare(std::move(request));
            const auto outcome = handle.outcome(curl_easy_perform(handle.handle()));
            return outcome ? std::string{} : outcome.error().message;
          };
          auto request = get_request("http://127.0.0.1:9");
          // So that libcurl has its other descriptors.
          static_cast<void>(message_of(request));
          rlimit before{};
          ::getrlimit(RLIMIT_NOFILE, &before);
          auto few = before;
          few.rlim_cur = 64;
          ::setrlimit(RLIMIT_NOFILE, &few);
          while (::dup(0) >= 0) {
          }
          const auto without = message_of(request);
          ::setrlimit(RLIMIT_NOFILE, &before);
          request.internet = std::make_shared<const midas::internal::internet_access>(
              midas::internal::internet_access{.proxy = "http://name.invalid:1"});
          const auto after = message_of(std::move(request));
          if (has_part(without, "Too many open files") && !after.empty() &&
              !has_part(after, "Too many open files")) {
            return 0;
          }
          std::fprintf(stderr, "%s\n%s\n", without.c_str(), after.c_str());
          return 1;
        }) == "exit 0");
}
