// Which keys leave memory when there are more than token_service_options::max_keys.
#include "tests/support/catch.hpp"
#include "tests/support/few_keys.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("beyond max_keys the least recently requested tokens leave memory") {
  few_keys actors{16};
  for (int i = 0; i < 16; ++i) {
    actors.ask(("r" + std::to_string(i)).c_str());
    actors.grant(static_cast<std::size_t>(i), 24h);
    actors.advance(1s);
  }
  CHECK(actors.context->table->size() == 16);
  CHECK(is_token(*actors.ask("r0"), "token-0"));
  actors.ask("another");
  actors.grant(16);
  CHECK(actors.context->table->size() <= 16);
  CHECK(is_token(*actors.ask("r0"), "token-0"));
  CHECK(actors.ask("r1")->empty());
}

TEST_CASE("a key that has waiters stays, even beyond max_keys") {
  few_keys actors{2};
  std::vector<std::shared_ptr<answers>> received;
  for (int i = 0; i < 8; ++i) {
    received.push_back(actors.ask(("r" + std::to_string(i)).c_str()));
  }
  for (std::size_t i = 0; i < 8; ++i) {
    actors.grant(i);
    CHECK(is_token(*received[i], "token-" + std::to_string(i)));
  }
}

TEST_CASE("with exactly max_keys keys a refresh drops no token") {
  few_keys actors{32};
  const auto name = [](std::size_t i) { return "r" + std::to_string(i); };
  for (std::size_t i = 0; i < 32; ++i) {
    actors.ask(name(i).c_str());
    actors.grant(i, 24h);
  }
  for (std::size_t i = 0; i < 32; ++i) {
    actors.ask({.resource = name(i), .force_refresh = true});
    actors.grant(32 + i, 24h);
    CHECK(actors.context->table->size() == 32);
  }
  actors.ask({.resource = name(0), .claims = "{}"});
  actors.grant(64, 24h);
  CHECK(actors.context->table->size() == 32);
}

TEST_CASE("keys that the host refuses drop no token") {
  few_keys actors{4};
  for (std::size_t i = 0; i < 4; ++i) {
    actors.ask(("r" + std::to_string(i)).c_str());
    actors.grant(i, 24h);
  }
  for (std::size_t i = 4; i < 40; ++i) {
    actors.ask(("unknown" + std::to_string(i)).c_str());
    actors.refuse(i, 400);
  }
  CHECK(actors.context->table->size() == 4);
}

TEST_CASE("a token that was acquired beyond max_keys is not the one that leaves") {
  few_keys actors{1};
  for (std::size_t i = 0; i < 8; ++i) {
    const auto name = "r" + std::to_string(i);
    actors.ask(name.c_str());
    actors.grant(i, 24h);
    CHECK(actors.context->table->size() == 1);
    CHECK(is_token(*actors.ask(name.c_str()), "token-" + std::to_string(i)));
  }
}

TEST_CASE("the number of keys that are acquired at the same time has a bound") {
  few_keys actors{4};
  std::vector<std::shared_ptr<answers>> received;
  for (int i = 0; i < 40; ++i) {
    received.push_back(actors.ask(("r" + std::to_string(i)).c_str(), 10s));
  }
  const auto refused = [](const auto& each) { return is_error(*each, errc::too_many_keys); };
  CHECK(std::ranges::count_if(received, refused) == 8);
  CHECK(refused(received.back()));
  // Once they have ended, there is room again.
  actors.advance(10s);
  actors.advance(30s);
  CHECK(actors.ask("another", 10s)->empty());
}
