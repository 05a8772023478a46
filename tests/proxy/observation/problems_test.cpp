#include "proxy/observation/problems.hpp"

#include "tests/proxy/observation/sample_requests.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace midas::internal::proxy;
using namespace midas::internal::test;

namespace {

std::vector<problem> problems_of(const problem_list& first, const problem_list& second = {}) {
  std::vector<problem> all;
  first.add_to(all);
  second.add_to(all);
  return all;
}

}  // namespace

TEST_CASE("a reason is there once, with its number and the last request") {
  problem_list first;
  problem_list second;
  const auto vault = query_for("https://vault.azure.net");
  first.add(token_result::denied, "resource_not_allowed", user(1), &vault, noon + 5s);
  first.add(token_result::denied, "resource_not_allowed", user(2), nullptr, noon);
  second.add(token_result::denied, "resource_not_allowed", user(3), &vault, noon + 9s);
  second.add(token_result::failed, "resource_not_allowed", user(4), &vault, noon);
  const auto all = problems_of(first, second);
  REQUIRE(all.size() == 2);
  CHECK(all[0].count == 3);
  CHECK(all[0].uid == uid_t{3});
  CHECK(all[0].resource == "https://vault.azure.net");
  CHECK(all[0].last == noon + 9s);
  CHECK(all[1].result == token_result::failed);
  CHECK(all[1].count == 1);
}

TEST_CASE("many reasons do not make the list grow; the newest stay") {
  problem_list list;
  for (int at = 0; at < 1'000; ++at) {
    list.add(token_result::denied, "reason" + std::to_string(at), user(1), nullptr,
             noon + std::chrono::seconds{at});
  }
  const auto all = problems_of(list);
  CHECK(all.size() == 32);
  CHECK(std::ranges::any_of(all, [](const auto& each) { return each.reason == "reason999"; }));
  CHECK(std::ranges::none_of(all, [](const auto& each) { return each.reason == "reason0"; }));
}

TEST_CASE("long texts are cut, and no part of a token is kept") {
  problem_list list;
  const auto wide = query_for(std::string(5'000, 'w'));
  list.add(token_result::denied, std::string(5'000, 'r'), user(1), &wide, noon);
  const auto token = query_for("eyJhbGciOiJSUzI1NiJ9." + std::string(600, 'x') + ".c2lnbmF0dXJl");
  list.add(token_result::denied, "other", user(1), &token, noon);
  const auto all = problems_of(list);
  REQUIRE(all.size() == 2);
  CHECK(all[0].reason.size() == 64);
  CHECK(all[0].resource.size() == 512);
  CHECK(all[1].resource == "<redacted>");
}

TEST_CASE("there is advice for the reasons of the proxy and of the host") {
  for (const auto* reason :
       {"metadata_header_missing", "resource_not_allowed", "uid_not_allowed", "too_slow",
        "malformed", "too_many_connections", "throttled", "identity_not_found"}) {
    CAPTURE(reason);
    CHECK_FALSE(advice_for(reason).empty());
  }
  CHECK(advice_for("").empty());
  CHECK(advice_for("unheard_of").empty());
}
