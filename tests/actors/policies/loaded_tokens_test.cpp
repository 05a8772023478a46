#include "actors/policies/loaded_tokens.hpp"

#include "actors/policies/load_wait.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace loaded_tokens_test {

using namespace midas;
using namespace midas::internal;

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds loaded_at{1'900'000'000s};
const clock_reading load_time{loaded_at, boot_clock::time_point{100h}};
constexpr const char* host_url = "http://169.254.169.254/token";
constexpr std::size_t many = 100;

const managed_identity no_name;
const auto system_identity = managed_identity::system_assigned();
const auto app = managed_identity::client_id("app");

stored_token kept(const managed_identity& identity, const std::string& resource,
                  std::chrono::seconds age = 1h, std::chrono::seconds life = 24h) {
  stored_token result;
  result.identity = identity;
  result.endpoint = host_url;
  result.grant.token = secret{"token"};
  result.grant.resource = resource;
  result.grant.expires_on = loaded_at - age + life;
  result.cached_at = loaded_at - age;
  return result;
}

std::vector<loaded_token> load_all(const std::vector<stored_token>& stored,
                                   const store_owner& owner = {host_url, {}},
                                   std::size_t max = many) {
  auto result = usable_tokens(
      stored, owner, load_time, [] { return 0.0; }, max);
  std::ranges::sort(result, {}, &loaded_token::key);
  return result;
}

bool is_loaded(const stored_token& stored, const store_owner& owner = {host_url, {}}) {
  return !load_all({stored}, owner).empty();
}

}  // namespace

TEST_CASE("a stored token is loaded under the key of requests for it") {
  auto stored = kept(managed_identity::client_id("AB-CD"), "https://vault.azure.net/.default");
  stored.grant.authorization_header = secret{"Bearer another"};
  const auto loaded = load_all({stored});
  REQUIRE(loaded.size() == 1);
  CHECK(loaded[0].key ==
        token_key{managed_identity::client_id("ab-cd"), "https://vault.azure.net"});
  CHECK(loaded[0].grant.resource == "https://vault.azure.net");
  CHECK(loaded[0].grant.token == secret{"token"});
  CHECK(loaded[0].grant.authorization_header.empty());
  CHECK(loaded[0].grant.refresh_on == loaded_at + 11h);
  CHECK(loaded[0].validity.end.wall == loaded_at + 23h - 5min);
  CHECK(loaded[0].validity.refresh_at == load_time.boot + 11h);
}

TEST_CASE("a token that is not valid now is not loaded") {
  CHECK(is_loaded(kept(app, "a")));
  CHECK_FALSE(is_loaded(kept(app, "a", 25h)));
  CHECK_FALSE(is_loaded(kept(app, "a", 24h - 4min)));
  CHECK_FALSE(is_loaded(kept(app, "a", -1s)));
}

TEST_CASE("a token of another endpoint is not loaded; one of no known endpoint is") {
  auto stored = kept(app, "a");
  stored.endpoint = "http://127.0.0.1:8080/token";
  CHECK_FALSE(is_loaded(stored));
  stored.endpoint.clear();
  CHECK(is_loaded(stored));
}

TEST_CASE("an entry that no request can ask for is not loaded") {
  CHECK_FALSE(is_loaded(kept(app, "")));
  CHECK_FALSE(is_loaded(kept(app, "a b")));
  CHECK_FALSE(is_loaded(kept(managed_identity::client_id(""), "a")));
  CHECK_FALSE(is_loaded(kept(managed_identity::resource_id("a\nb"), "a")));
}

TEST_CASE("a token that no header can carry is not loaded") {
  for (const std::string token : {"", " a", "a ", "a\nb", "a\xc3\xa4"}) {
    CAPTURE(token);
    auto stored = kept(app, "a");
    stored.grant.token = secret{token};
    CHECK_FALSE(is_loaded(stored));
  }
  for (const std::string type : {"", "Bearer\r\nX: y", "two words"}) {
    CAPTURE(type);
    auto stored = kept(app, "a");
    stored.grant.token_type = type;
    CHECK_FALSE(is_loaded(stored));
  }
}

TEST_CASE("of several tokens for one key, the one that was acquired last is loaded") {
  auto older = kept(app, "a", 2h);
  older.grant.token = secret{"older"};
  auto newer = kept(managed_identity::client_id("APP"), "a", 1h, 10h);
  newer.grant.token = secret{"newer"};
  auto expired = kept(app, "a", 30min, 10min);
  expired.grant.token = secret{"expired"};
  auto all = std::vector{older, newer, expired};
  do {
    const auto loaded = load_all(all);
    REQUIRE(loaded.size() == 1);
    CHECK(loaded[0].grant.token == secret{"newer"});
  } while (std::ranges::next_permutation(all, {}, &stored_token::cached_at).found);
}

TEST_CASE("of too many tokens, those that expire last are loaded") {
  const auto loaded = load_all({kept(app, "a", 1h, 10h), kept(app, "b", 1h, 30h),
                                kept(app, "c", 1h, 20h), kept(app, "d", 1h, 5h)},
                               {host_url, {}}, 2);
  REQUIRE(loaded.size() == 2);
  CHECK(loaded[0].key.resource == "b");
  CHECK(loaded[1].key.resource == "c");
}

TEST_CASE("without a default identity, a token is stored and loaded for the one that is named") {
  const store_owner owner{host_url, {}};
  CHECK(owner.identity_in_store(no_name).is_named());
  CHECK(owner.identity_in_store(no_name) == system_identity);
  CHECK(owner.identity_in_store(system_identity) == system_identity);
  CHECK(owner.identity_in_store(app) == app);
  const auto loaded = load_all({kept(system_identity, "a"), kept(no_name, "b"), kept(app, "c")});
  REQUIRE(loaded.size() == 3);
  CHECK(loaded[0].key.identity == system_identity);
  CHECK(loaded[1].key.identity == system_identity);
  CHECK(loaded[2].key.identity == app);
}

TEST_CASE("a default identity takes the place of the system-assigned one") {
  const store_owner owner{host_url, managed_identity::client_id("APP")};
  CHECK(owner.identity_in_store(no_name) == managed_identity::client_id("APP"));
  CHECK(owner.identity_in_store(system_identity) == managed_identity::client_id("APP"));
  const auto other = managed_identity::client_id("other");
  CHECK(owner.identity_in_store(other) == other);
  // The first answers requests that name it, and those that name none.
  const auto loaded =
      load_all({kept(app, "a"), kept(other, "b"), kept(system_identity, "c")}, owner);
  REQUIRE(loaded.size() == 3);
  CHECK(loaded[0].key == token_key{system_identity, "a"});
  CHECK(loaded[1].key == token_key{app, "a"});
  CHECK(loaded[2].key == token_key{other, "b"});
}

TEST_CASE("the refresh of a loaded token begins ten seconds after the load at the earliest") {
  const auto late = load_all({kept(app, "a", 20h)});
  REQUIRE(late.size() == 1);
  CHECK(late[0].validity.refresh_at == load_time.boot + 10s);
  const auto short_lived = load_all({kept(app, "a", 24h - 5min - 8s)});
  REQUIRE(short_lived.size() == 1);
  CHECK(short_lived[0].validity.refresh_at == load_time.boot + 4s);
}

TEST_CASE("a request waits for the load for a second, but for half of its time at most") {
  const std::chrono::steady_clock::time_point begun{100s};
  CHECK(load_wait_end(begun, begun + 30s, begun) == begun + 1s);
  CHECK(load_wait_end(begun + 900ms, begun + 30s, begun) == begun + 1s);
  CHECK(load_wait_end(begun, begun + 400ms, begun) == begun + 200ms);
  CHECK(load_wait_end(begun + 2s, begun + 30s, begun) == begun + 1s);
}

}  // namespace loaded_tokens_test
