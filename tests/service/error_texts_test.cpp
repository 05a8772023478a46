// The same failure has the same text, wherever it occurs, so that logs can be grouped by it.
#include "service/service_core.hpp"
#include "tests/service/scripted_service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/one_thread_system.hpp"
#include "tests/support/outcomes.hpp"

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

std::string outcome_text(const expected<access_token>& outcome) {
  return outcome ? "a token" : outcome.error().source + ": " + to_string(outcome.error());
}

std::set<std::string> texts_of(const std::vector<expected<access_token>>& received) {
  std::set<std::string> result;
  for (const auto& each : received) {
    result.insert(outcome_text(each));
  }
  return result;
}

// The error of a blocking caller while no actor of its service can run.
std::string text_without_actors(const token_service_options& options,
                                const token_request& request) {
  one_thread_system actors;
  auto tokens = make_token_service(
      options, {.system = &actors.system(), .transport = std::make_shared<scripted_transport>()});
  actors.block();
  const auto outcome = tokens.get(request, 20ms);
  actors.release();
  return outcome_text(outcome);
}

}  // namespace

TEST_CASE("a passed deadline has one text, whether an actor or the caller itself notices it") {
  scripted_service host;
  outcomes results;
  host.tokens.get_async(vault, 20ms, [&](auto outcome) { results.add(std::move(outcome)); });
  const auto texts = texts_of(results.wait_for(1));
  REQUIRE(texts.size() == 1);
  CHECK_THAT(*texts.begin(), Contains("deadline_exceeded: no token for https://vault.azure.net"));
  CHECK(text_without_actors(options_for("http://127.0.0.1:9"), vault) == *texts.begin());
  CHECK(text_without_actors(options_for("http://127.0.0.1:9"),
                            {.resource = vault.resource + "/.default"}) == *texts.begin());
}

TEST_CASE("a passed deadline says why the key has no token, also if no actor can run") {
  one_thread_system actors;
  const auto transport = std::make_shared<scripted_transport>();
  auto tokens = make_token_service(options_for("http://127.0.0.1:9"),
                                   {.system = &actors.system(), .transport = transport});
  outcomes results;
  std::chrono::steady_clock::time_point failed_at;
  tokens.get_async(vault, 900ms, [&](auto outcome) {
    failed_at = std::chrono::steady_clock::now();
    results.add(std::move(outcome));
  });
  while (transport->started() < 1) {
    std::this_thread::yield();
  }
  transport->respond(0, 503, R"({"error":"busy","error_description":"an update"})");
  REQUIRE(all_are(results.wait_for(1), errc::service_unavailable));
  // The pause after the failure leaves this caller moments.
  const auto deadline = failed_at + *results.wait_for(1)[0].error().retry_after + 50ms;
  const auto hasty = tokens.get(vault, deadline - std::chrono::steady_clock::now());
  REQUIRE_FALSE(hasty);
  CHECK(hasty.error().code == errc::service_unavailable);
  CHECK(hasty.error().retry_after);
  actors.block();
  const auto late = tokens.get({.resource = vault.resource + "/.default"}, 20ms);
  actors.release();
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::deadline_exceeded);
  CHECK_THAT(late.error().message, Contains("the last attempt failed: "));
  CHECK(late.error().service_description == "an update");
  CHECK(late.error().http_status == 503);
  CHECK(late.error().retry_after);
}

TEST_CASE("a request that can never succeed says so, also if only its deadline has been noticed") {
  token_service tokens{options_for("not a URL")};
  CHECK(text_without_actors(options_for("not a URL"), vault) ==
        outcome_text(tokens.get(vault, patience)));
  CHECK_THAT(text_without_actors(options_for("http://127.0.0.1:9"), {.resource = "a b"}),
             Contains("invalid_resource: "));
}

TEST_CASE("a shutdown has one text for those that wait, and those that come later") {
  auto host = std::make_unique<scripted_service>();
  outcomes results;
  const auto add = [&](auto outcome) { results.add(std::move(outcome)); };
  host->tokens.get_async(vault, patience, add);
  host->tokens.get_async({.resource = "https://other.net"}, patience, add);
  host->wait_until_asked(2);
  host->tokens.shutdown();
  host->tokens.get_async(vault, patience, add);
  results.add(host->tokens.get(vault, patience));
  const auto handle = host->tokens.for_resource(vault.resource);
  host.reset();
  results.add(handle.get(patience));
  const auto texts = texts_of(results.wait_for(5));
  CHECK(texts.size() == 1);
  CHECK(*texts.begin() == ": shutting_down: the token service was shut down");
}
