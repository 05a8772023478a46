#include "actors/policies/store_schedule.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace store_schedule_test {

using namespace midas;
using namespace midas::internal;

namespace {

using namespace std::chrono_literals;

constexpr store_schedule::time_point schedule_start{1h};

unsaved_token acquired_token(const std::string& resource, const std::string& text = "T",
                             std::chrono::hours life = 24h) {
  token_grant grant;
  grant.token = secret{text};
  grant.resource = resource;
  grant.expires_on = std::chrono::sys_seconds{life};
  return {managed_identity::system_assigned(), {grant, token_source::identity_provider}, {}};
}

// "resource=text" for each token of a call to save; "load", or "none".
std::vector<std::string> shown(const std::optional<store_call>& call) {
  if (!call) {
    return {"none"};
  }
  if (call->operation == store_operation::load) {
    return {"load"};
  }
  std::vector<std::string> result;
  for (const auto& each : call->tokens) {
    result.push_back(each.token.resource() + "=" + std::string{each.token.token().reveal()});
  }
  std::ranges::sort(result);
  return result;
}

using calls = std::vector<std::string>;

}  // namespace

TEST_CASE("the store is loaded once, before anything is saved") {
  store_schedule schedule{10};
  CHECK(schedule.is_idle());
  schedule.acquired(acquired_token("a"));
  schedule.begin_load();
  CHECK(shown(schedule.next()) == calls{"load"});
  CHECK(shown(schedule.next()) == calls{"none"});
  CHECK_FALSE(schedule.ended(true, schedule_start));
  schedule.begin_load();
  CHECK(shown(schedule.next()) == calls{"a=T"});
  CHECK_FALSE(schedule.ended(true, schedule_start));
  CHECK(schedule.is_idle());
  CHECK(shown(schedule.next()) == calls{"none"});
}

TEST_CASE(
    "one call saves the tokens that were acquired during the call before, the latest for each "
    "key") {
  store_schedule schedule{10};
  schedule.acquired(acquired_token("a"));
  REQUIRE(shown(schedule.next()) == calls{"a=T"});
  schedule.acquired(acquired_token("b", "old"));
  schedule.acquired(acquired_token("c"));
  schedule.acquired(acquired_token("b", "new"));
  CHECK(shown(schedule.next()) == calls{"none"});
  CHECK(schedule.unsaved() == 3);
  CHECK_FALSE(schedule.ended(true, schedule_start));
  CHECK(schedule.unsaved() == 2);
  CHECK(shown(schedule.next()) == calls{"b=new", "c=T"});
  CHECK_FALSE(schedule.ended(true, schedule_start));
  CHECK(schedule.unsaved() == 0);
}

TEST_CASE("identities whose ids differ in case are one to the schedule") {
  store_schedule schedule{10};
  auto upper = acquired_token("a", "upper");
  upper.identity = managed_identity::client_id("AB");
  auto lower = acquired_token("a", "lower");
  lower.identity = managed_identity::client_id("ab");
  schedule.acquired(upper);
  schedule.acquired(lower);
  CHECK(shown(schedule.next()) == calls{"a=lower"});
}

TEST_CASE("a token that is refreshed is saved for the id as a caller wrote it") {
  store_schedule schedule{10};
  auto token = acquired_token("a");
  const auto saved_id = [&](const char* id) {
    token.identity = managed_identity::client_id(id);
    schedule.acquired(token);
    const auto call = schedule.next();
    REQUIRE(call);
    CHECK_FALSE(schedule.ended(true, schedule_start));
    return call->tokens.at(0).identity.id();
  };
  CHECK(saved_id("ab") == "ab");
  CHECK(saved_id("AB") == "AB");
  CHECK(saved_id("ab") == "AB");
  CHECK(saved_id("Ab") == "Ab");
  CHECK(saved_id("cd") == "cd");
}

TEST_CASE("a call that failed is not repeated; the next token is saved with its tokens") {
  store_schedule schedule{10};
  schedule.acquired(acquired_token("a"));
  REQUIRE(shown(schedule.next()) == calls{"a=T"});
  CHECK(schedule.ended(false, schedule_start));
  CHECK(schedule.is_idle());
  CHECK(schedule.unsaved() == 1);
  CHECK(shown(schedule.next()) == calls{"none"});
  schedule.acquired(acquired_token("b"));
  CHECK(shown(schedule.next()) == calls{"a=T", "b=T"});
}

TEST_CASE("a token that was acquired during a call that fails stays the latest") {
  store_schedule schedule{10};
  schedule.acquired(acquired_token("a", "old"));
  REQUIRE(schedule.next());
  schedule.acquired(acquired_token("a", "new"));
  CHECK(schedule.ended(false, schedule_start));
  CHECK(shown(schedule.next()) == calls{"a=new"});
}

TEST_CASE("a retry saves the tokens that could not be saved, and no others") {
  store_schedule schedule{10};
  schedule.retry();
  CHECK(schedule.is_idle());
  schedule.acquired(acquired_token("a"));
  REQUIRE(schedule.next());
  CHECK(schedule.ended(false, schedule_start));
  schedule.retry();
  CHECK(shown(schedule.next()) == calls{"a=T"});
}

TEST_CASE("calls that keep failing are reported once a minute") {
  store_schedule schedule{10};
  const auto fail_at = [&schedule](std::chrono::seconds after) {
    schedule.acquired(acquired_token("a"));
    REQUIRE(schedule.next());
    return schedule.ended(false, schedule_start + after);
  };
  CHECK(fail_at(0s));
  CHECK_FALSE(fail_at(1s));
  CHECK_FALSE(fail_at(59s));
  CHECK(fail_at(60s));
  CHECK_FALSE(fail_at(61s));
  schedule.acquired(acquired_token("a"));
  REQUIRE(schedule.next());
  CHECK_FALSE(schedule.ended(true, schedule_start + 62s));
  CHECK(fail_at(63s));
}

TEST_CASE("a load that fails is reported, whatever happens to calls that save") {
  store_schedule schedule{10};
  schedule.begin_load();
  REQUIRE(schedule.next());
  CHECK(schedule.ended(false, schedule_start));
  schedule.acquired(acquired_token("a"));
  REQUIRE(schedule.next());
  CHECK(schedule.ended(false, schedule_start));
}

TEST_CASE("of too many unsaved tokens, those that expire first are forgotten") {
  store_schedule schedule{2};
  schedule.acquired(acquired_token("long", "T", 30h));
  schedule.acquired(acquired_token("short", "T", 10h));
  REQUIRE(schedule.next());
  schedule.acquired(acquired_token("medium", "T", 20h));
  CHECK(schedule.ended(false, schedule_start));
  CHECK(schedule.unsaved() == 2);
  schedule.retry();
  CHECK(shown(schedule.next()) == calls{"long=T", "medium=T"});
}

}  // namespace store_schedule_test
