// The options of the shared service. Each case runs in a child process, since a process sets them
// once.
#include "tests/service/scripted_service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include <midas/simulated_host.hpp>
#include <midas/token_handle.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <latch>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace shared_options_test {

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

bool is_refused(const expected<void>& set, std::string_view reason) {
  return !set && set.error().code == errc::invalid_configuration &&
         set.error().message.find(reason) != std::string::npos && !set.error().advice.empty();
}

bool gets_token_of(const simulated_host& host) {
  const auto before = host.statistics().token_requests;
  token_request request = vault;
  request.force_refresh = true;
  return token_service::shared().get(request, patience).has_value() &&
         host.statistics().token_requests == before + 1;
}

// The number of checks that failed.
class failures {
 public:
  void require(bool passed) { count_ += passed ? 0 : 1; }
  [[nodiscard]] int count() const { return count_; }

 private:
  int count_ = 0;
};

int use_configured_service() {
  const simulated_host host;
  failures wrong;
  wrong.require(token_service::configure_shared(host.options()).has_value());
  wrong.require(gets_token_of(host));
  wrong.require(&token_service::shared() == &token_service::shared());
  return wrong.count();
}

int configure_too_late() {
  const simulated_host first;
  const simulated_host second;
  failures wrong;
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", first.endpoint().c_str(), 1);
  const auto* const made = &token_service::shared();
  wrong.require(is_refused(token_service::configure_shared(second.options()), "exists already"));
  wrong.require(&token_service::shared() == made && gets_token_of(first));
  token_service::shared().shutdown();
  wrong.require(is_refused(token_service::configure_shared(second.options()), "exists already"));
  return wrong.count();
}

int configure_twice() {
  const simulated_host first;
  const simulated_host second;
  failures wrong;
  wrong.require(token_service::configure_shared(first.options()).has_value());
  wrong.require(is_refused(token_service::configure_shared(second.options()), "set already"));
  wrong.require(gets_token_of(first) && second.statistics().requests == 0);
  wrong.require(is_refused(token_service::configure_shared(second.options()), "exists already"));
  return wrong.count();
}

// The threads use the service as soon as they have set options, or all of them have.
int configure_in_threads(bool wait_for_others) {
  constexpr int count = 8;
  std::vector<std::unique_ptr<simulated_host>> hosts;
  for (int i = 0; i < count; ++i) {
    hosts.push_back(std::make_unique<simulated_host>());
  }
  std::atomic<int> took_effect = 0;
  std::atomic<int> winner = -1;
  std::atomic<bool> go = false;
  std::latch all{count};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        while (!go) {
        }
        if (token_service::configure_shared(hosts[static_cast<std::size_t>(i)]->options())) {
          ++took_effect;
          winner = i;
        }
        all.count_down();
        if (wait_for_others) {
          all.wait();
        }
        (void)token_service::shared().try_get(vault);
      });
    }
    go = true;
  }
  failures wrong;
  wrong.require(took_effect == 1);
  wrong.require(winner >= 0 && gets_token_of(*hosts[static_cast<std::size_t>(winner.load())]));
  return wrong.count();
}

// The hosts stay with the parent: a child has none of their threads.
int configure_and_fork(const simulated_host& first, const simulated_host& second) {
  failures wrong;
  wrong.require(token_service::configure_shared(first.options()).has_value());
  const auto inherits = [&] {
    return end_of_child([] { return token_service::shared().get(vault, patience) ? 7 : 1; }) ==
           "exit 7";
  };
  // Before the parent uses the service, and after that.
  wrong.require(inherits());
  wrong.require(token_service::shared().get(vault, patience).has_value());
  wrong.require(inherits());
  // A child may have options of its own, until it uses the service.
  wrong.require(end_of_child([&] {
                  const auto set = token_service::configure_shared(second.options());
                  const auto again = token_service::configure_shared(first.options());
                  const auto token = token_service::shared().get(vault, patience);
                  const auto late = token_service::configure_shared(first.options());
                  return set && is_refused(again, "set already") && token &&
                                 is_refused(late, "exists already")
                             ? 7
                             : 1;
                }) == "exit 7");
  // The parent's stay as they were.
  wrong.require(inherits());
  return wrong.count();
}

int destroy_what_the_log_uses() {
  static std::atomic<int> state = 1;
  struct record {
    ~record() { state = 0; }
  };
  const simulated_host host;
  // Constructed before the service, so destroyed after the exit handler of the service.
  static const record lines;
  auto options = host.options();
  options.log = [](event_severity, std::string_view) {
    if (state == 0) {
      std::_Exit(9);
    }
  };
  if (!token_service::configure_shared(std::move(options))) {
    return 1;
  }
  for (int i = 0; i < 50; ++i) {
    token_service::shared().get_async({.resource = "https://" + std::to_string(i) + ".net"},
                                      patience, nullptr);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds{std::rand() % 5});
  return 6;
}

}  // namespace

TEST_CASE("the shared service uses the options that were set before") {
  CHECK(end_of_child(use_configured_service) == "exit 0");
}

TEST_CASE("the options of a shared service that exists are refused, and it works on") {
  CHECK(end_of_child(configure_too_late) == "exit 0");
}

TEST_CASE("of two calls, the first sets the options of the shared service") {
  CHECK(end_of_child(configure_twice) == "exit 0");
}

TEST_CASE("of several threads, one sets the options of the shared service") {
  for (int round = 0; round < 20; ++round) {
    REQUIRE(end_of_child([round] { return configure_in_threads(round % 2 == 0); }) == "exit 0");
  }
}

TEST_CASE("a forked child uses the options of its parent, or sets others") {
  const simulated_host first;
  const simulated_host second;
  CHECK(end_of_child([&] { return configure_and_fork(first, second); }, 120s) == "exit 0");
  CHECK(first.statistics().token_requests == 4);
  CHECK(second.statistics().token_requests == 1);
}

TEST_CASE("at exit, the log of the shared service ends before what it uses") {
  for (int round = 0; round < 100; ++round) {
    std::srand(static_cast<unsigned>(round));
    REQUIRE(end_of_child(destroy_what_the_log_uses) == "exit 6");
  }
}

}  // namespace shared_options_test
