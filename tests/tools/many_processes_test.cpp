// Many processes midas token --store at once, and processes that hang or are killed.
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/slow_host.hpp"
#include "tests/tools/support/stored_runs.hpp"
#include "tools/store/asking_turn.hpp"
#include "tools/store/shared_failure.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <set>
#include <thread>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::tools;
using namespace std::chrono_literals;

namespace {

using process = std::unique_ptr<running_program>;

process start_token(const simulated_host& imds, const store_directory& files,
                    const std::string& resource, const std::string& timeout = "100s") {
  return std::make_unique<running_program>(
      MIDAS_PROGRAM, words{"token", "--endpoint", imds.endpoint(), "--resource", resource,
                           "--store", files.file(), "--timeout", timeout});
}

// Waits for the end, too: signal 0 is none.
program_result end_of(const process& started) { return started->stop(0); }

void wait_for_request(const simulated_host& imds) {
  while (imds.statistics().in_flight == 0) {
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace

TEST_CASE("many processes with a cold store cause one request to the host") {
  const simulated_host imds{with_latency(300ms)};
  const store_directory files;
  // With sanitizers, each one takes a second of a processor.
  constexpr int count = may_start_threads_after_fork ? 100 : 20;
  std::vector<process> processes;
  processes.reserve(count);
  for (int i = 0; i < count; ++i) {
    processes.push_back(start_token(imds, files, vault_url));
  }
  std::set<std::string> tokens;
  for (const auto& each : processes) {
    tokens.insert(token_in(end_of(each)));
  }
  CHECK(imds.statistics().token_requests == 1);
  CHECK(tokens.size() == 1);
  CHECK(files.names() == words{"tokens.json"});
}

TEST_CASE("processes with different resources do not wait for each other") {
  const simulated_host imds{with_latency(1s)};
  const store_directory files;
  constexpr int count = 20;
  std::vector<process> processes;
  processes.reserve(count);
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) {
    processes.push_back(start_token(imds, files, "https://r" + std::to_string(i) + ".example"));
  }
  for (const auto& each : processes) {
    CHECK(end_of(each).exit_code == 0);
  }
  CHECK(std::chrono::steady_clock::now() - begun < 19s);
  CHECK(imds.statistics().peak_in_flight > 1);
  CHECK(imds.statistics().token_requests == count);
  CHECK(files.names() == words{"tokens.json"});
}

TEST_CASE("a process that waits for one that hangs asks the host in time for its own deadline") {
  const simulated_host imds;
  const store_directory files;
  asking_turn hanging{files.file(), question_to(imds)};
  REQUIRE(hanging.wait_for(0ms) == asking_turn::outcome::held);
  const auto waiting = start_token(imds, files, vault_url, "6s");
  CHECK(end_of(waiting).exit_code == 0);
  CHECK(imds.statistics().token_requests == 1);
}

TEST_CASE("processes that wait while the host refuses fail with its refusal, and do not ask") {
  const simulated_host imds;
  const store_directory files;
  error refusal;
  refusal.code = errc::identity_not_found;
  refusal.message = "no identity is assigned";
  refusal.http_status = 400;
  {
    asking_turn refused{files.file(), question_to(imds)};
    REQUIRE(refused.wait_for(0ms) == asking_turn::outcome::held);
    refused.share(refusal);
    const std::array waiting{start_token(imds, files, vault_url),
                             start_token(imds, files, vault_url)};
    for (const auto& each : waiting) {
      CHECK(end_of(each).exit_code == 1);
    }
  }
  CHECK(imds.statistics().token_requests == 0);
  CHECK(files.names().empty());
  // It did not wait.
  CHECK(end_of(start_token(imds, files, vault_url)).exit_code == 0);
  CHECK(imds.statistics().token_requests == 1);
}

TEST_CASE("a process that the host refuses shares the refusal with those that wait") {
  simulated_host imds{with_latency(200ms)};
  imds.set_fault_rules(R"({"rules": [{"action": {"status": 400}}]})");
  const store_directory files;
  const auto refused = start_token(imds, files, vault_url);
  wait_for_request(imds);
  asking_turn other{files.file(), question_to(imds)};
  other.follow();
  CHECK_FALSE(other.failure_of_other());
  CHECK(end_of(refused).exit_code == 1);
  const auto failure = other.failure_of_other();
  REQUIRE(failure);
  CHECK(is_shared(*failure, 100s));
  CHECK(failure->http_status == 400);
  CHECK(files.names().empty());
}

TEST_CASE("a process that was killed while it asked the host keeps no other one waiting") {
  const simulated_host hanging{with_latency(1h)};
  const store_directory files;
  const auto killed = start_token(hanging, files, vault_url);
  wait_for_request(hanging);
  const auto waiting = start_token(hanging, files, vault_url);
  std::this_thread::sleep_for(300ms);
  CHECK(hanging.statistics().token_requests == 1);
  killed->stop(SIGKILL);
  const auto begun = std::chrono::steady_clock::now();
  while (hanging.statistics().token_requests < 2) {
    std::this_thread::sleep_for(1ms);
  }
  // It would wait for the half of its timeout for one that hangs.
  CHECK(std::chrono::steady_clock::now() - begun < 25s);
  waiting->stop(SIGKILL);
}
