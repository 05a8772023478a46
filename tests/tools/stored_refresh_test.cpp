// midas token --store with a token that is due for a refresh.
#include "tests/support/catch.hpp"
#include "tests/tools/support/stored_runs.hpp"
#include "tools/store/asking_turn.hpp"

using namespace midas;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using midas::internal::tools::asking_turn;

namespace {

// Of 24 hours, with a refresh_on an hour ago.
void keep_due_token(const store_directory& files, const simulated_host& imds) {
  auto kept = kept_from(imds, 13h, 11h);
  kept.grant.refresh_on = kept.cached_at + 12h;
  keep(files, kept);
}

}  // namespace

TEST_CASE("a stored token that is due for a refresh is replaced") {
  const simulated_host imds;
  const store_directory files;
  keep_due_token(files, imds);
  const auto result = run_with_store(imds, files.file());
  CHECK(source_of(result) == "identity_provider");
  CHECK(result.errors.empty());
  CHECK(token_in(run_with_store(imds, files.file())) == token_in(result));
  CHECK(requests_to(imds) == 1);
}

TEST_CASE("a stored token survives a failed refresh, and the host is then left alone for a while") {
  simulated_host_options options;
  const bool hangs = GENERATE(false, true);
  options.latency = hangs ? std::chrono::hours{1} : std::chrono::hours{0};
  simulated_host imds{options};
  imds.set_fault_rules(hangs ? "" : R"({"rules": [{"action": {"status": 500}}]})");
  const store_directory files;
  keep_due_token(files, imds);
  const auto begun = std::chrono::steady_clock::now();
  const auto result = run_with_store(imds, files.file());
  CHECK(token_in(result) == "kept-token");
  CHECK(source_of(result) == "cache");
  CHECK(result.errors.empty());
  CHECK(std::chrono::steady_clock::now() - begun < 20s);
  CHECK(requests_to(imds) == 1);
  CHECK(token_in(run_with_store(imds, files.file())) == "kept-token");
  CHECK(requests_to(imds) == 1);
}

TEST_CASE("a process does not wait for another one that refreshes a stored token") {
  const simulated_host imds;
  const store_directory files;
  keep_due_token(files, imds);
  asking_turn other{files.file(), question_to(imds)};
  REQUIRE(other.wait_for(0ms) == asking_turn::outcome::held);
  CHECK(token_in(run_with_store(imds, files.file())) == "kept-token");
  CHECK(requests_to(imds) == 0);
}
