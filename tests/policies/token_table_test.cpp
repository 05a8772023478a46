#include <midas/actors/token_table.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using midas::token_key;

namespace {

const std::chrono::sys_seconds now{1'900'000'000s};

midas::access_token token_named(const char* text, std::chrono::seconds life = 24h,
                                std::optional<std::chrono::sys_seconds> refresh_on = {}) {
  midas::token_grant grant;
  grant.token = midas::secret{text};
  grant.expires_on = now + life;
  grant.refresh_on = refresh_on;
  return {grant, midas::token_source::identity_provider};
}

}  // namespace

TEST_CASE("a published token is found under its key alone, and says that it comes from the cache") {
  midas::token_table table;
  table.publish({{}, "a"}, token_named("A"), now);
  const auto found = table.find_fresh({{}, "a"}, now);
  REQUIRE(found);
  CHECK(found->token().reveal() == "A");
  CHECK(found->source() == midas::token_source::cache);
  CHECK_FALSE(table.find_fresh({{}, "b"}, now));
  CHECK_FALSE(table.find_fresh({midas::managed_identity::client_id("a"), "a"}, now));
}

TEST_CASE("identities that differ only in how they are named have tokens of their own") {
  midas::token_table table;
  table.publish({midas::managed_identity::client_id("x"), "r"}, token_named("client"), now);
  table.publish({midas::managed_identity::object_id("x"), "r"}, token_named("object"), now);
  CHECK(table.find_fresh({midas::managed_identity::client_id("x"), "r"}, now)->token().reveal() ==
        "client");
  CHECK(table.find_fresh({midas::managed_identity::object_id("x"), "r"}, now)->token().reveal() ==
        "object");
}

TEST_CASE("a token past its renewal is usable, but not fresh, an expired one is neither") {
  midas::token_table table;
  table.publish({{}, "a"}, token_named("A", 1h, now + 10s), now);
  CHECK(table.find_fresh({{}, "a"}, now + 9s));
  CHECK_FALSE(table.find_fresh({{}, "a"}, now + 10s));
  CHECK(table.find_usable({{}, "a"}, now + 10s));
  CHECK_FALSE(table.find_usable({{}, "a"}, now + 1h - 300s));
}

TEST_CASE("the last token published is the one that is found") {
  midas::token_table table;
  table.publish({{}, "a"}, token_named("old"), now);
  table.publish({{}, "a"}, token_named("new"), now);
  CHECK(table.find_fresh({{}, "a"}, now)->token().reveal() == "new");
  CHECK(table.size() == 1);
}

TEST_CASE("tokens that nobody looks up, and expired ones, leave the table, the others stay") {
  midas::token_table table;
  table.publish({{}, "used"}, token_named("U"), now);
  table.publish({{}, "idle"}, token_named("I"), now);
  table.publish({{}, "expired"}, token_named("E", 20min), now);
  CHECK(table.find_fresh({{}, "used"}, now + 40min));
  table.drop_idle(now + 70min, 1h);
  CHECK(table.size() == 1);
  CHECK(table.find_fresh({{}, "used"}, now + 70min));
}

TEST_CASE("many threads look up while others publish, and each sees a whole token") {
  midas::token_table table;
  table.publish({{}, "a"}, token_named("token-0"), now);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&table, &wrong, t] {
      for (int i = 0; i < 2'000; ++i) {
        if (t == 0) {
          table.publish({{}, "a"}, token_named(("token-" + std::to_string(i)).c_str()), now);
          table.drop_idle(now, 1h);
        }
        const auto found = table.find_usable({{}, "a"}, now + std::chrono::seconds{i % 3});
        wrong += found && found->token().reveal().starts_with("token-") ? 0 : 1;
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(wrong == 0);
}
