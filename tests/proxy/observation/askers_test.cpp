#include "proxy/observation/askers.hpp"

#include "tests/proxy/observation/sample_requests.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::test;

namespace {

std::vector<asker> askers_of(const asker_table& table) {
  std::vector<asker> all;
  table.add_to(all);
  return merged(std::move(all));
}

}  // namespace

TEST_CASE("requests are counted by user and token") {
  asker_table table;
  table.count(user(1000), query_for("a"), noon);
  table.count(user(1000), query_for("a"), noon + 9s);
  table.count(user(1001), query_for("a"), noon);
  table.count(client{.connection = 7}, query_for("b"), noon);
  table.count(client{.connection = 8}, query_for("b"), noon);
  const auto all = askers_of(table);
  REQUIRE(all.size() == 3);
  CHECK(all[0].key.resource == "a");
  CHECK(all[0].uid == uid_t{1000});
  CHECK(all[0].requests == 2);
  CHECK(all[0].last == std::chrono::floor<std::chrono::seconds>(noon + 9s));
  CHECK(all[1].uid == uid_t{1001});
  CHECK_FALSE(all[2].uid);
  CHECK(all[2].requests == 2);
}

TEST_CASE("two forms of the same token are one token") {
  asker_table table;
  const auto id = managed_identity::client_id("ABC");
  table.count(user(1), query_for("https://x/.default", id), noon);
  table.count(user(1), query_for("https://x", managed_identity::client_id("abc")), noon);
  const auto all = askers_of(table);
  REQUIRE(all.size() == 1);
  CHECK(all[0].key.resource == "https://x");
  CHECK(all[0].key.identity.id() == "abc");
  CHECK(all[0].requests == 2);
}

TEST_CASE("different kinds of the same id are different tokens") {
  asker_table table;
  table.count(user(1), query_for("x", managed_identity::client_id("a")), noon);
  table.count(user(1), query_for("x", managed_identity::object_id("a")), noon);
  CHECK(askers_of(table).size() == 2);
}

TEST_CASE(
    "a client that asks for many tokens does not make the table grow, and no request is lost") {
  asker_table table;
  constexpr std::uint64_t count = 20'000;
  for (std::uint64_t at = 0; at < count; ++at) {
    table.count(user(1000), query_for("https://r" + std::to_string(at)), noon);
  }
  const auto all = askers_of(table);
  CHECK(all.size() <= 512);
  CHECK(all.size() > 400);
  std::uint64_t kept = 0;
  for (const auto& each : all) {
    kept += each.requests;
  }
  CHECK(kept + table.forgotten() == count);
}

TEST_CASE("the pair that has not asked for longest makes room") {
  asker_table table;
  const auto asks = [&](std::chrono::seconds at) {
    table.count(user(1), query_for("steady"), noon + at);
  };
  for (int at = 0; at < 5'000; ++at) {
    asks(std::chrono::seconds{at});
    table.count(user(2), query_for("r" + std::to_string(at)), noon + std::chrono::seconds{at});
  }
  std::uint64_t steady = 0;
  for (const auto& each : askers_of(table)) {
    steady += each.key.resource == "steady" ? each.requests : 0;
  }
  CHECK(steady == 5'000);
}

TEST_CASE("a table can be read while its worker counts") {
  asker_table table;
  std::atomic<bool> done = false;
  std::thread worker{[&] {
    for (int at = 0; at < 20'000; ++at) {
      table.count(user(1), query_for("r" + std::to_string(at % 700)), noon);
    }
    done = true;
  }};
  while (!done) {
    std::vector<asker> all;
    table.add_to(all);
    CHECK(all.size() <= 512);
  }
  worker.join();
}
