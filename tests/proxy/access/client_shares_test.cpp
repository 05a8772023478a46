#include "proxy/access/client_shares.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <variant>

using namespace midas;
using namespace midas::internal::proxy;
using namespace std::chrono_literals;

namespace {

using clock_type = client_shares::clock;
const clock_type::time_point start{1'000h};

token_key key_of(int number) { return {{}, "https://resource" + std::to_string(number)}; }

error refusal_by_host() {
  error result;
  result.code = errc::request_rejected;
  result.http_status = 400;
  result.message = "no such resource";
  return result;
}

bool is_admitted(const client_shares::decision& decided) {
  return std::holds_alternative<client_shares::admission>(decided);
}
bool is_first(const client_shares::decision& decided) {
  return std::get<client_shares::admission>(decided).is_first;
}
bool is_over_share(const client_shares::decision& decided) {
  return std::holds_alternative<client_shares::over_share>(decided);
}
bool is_refused(const client_shares::decision& decided) {
  return std::holds_alternative<error>(decided);
}

void refuse(client_shares& shares, std::uint64_t share, const token_key& key,
            clock_type::time_point at) {
  REQUIRE(is_admitted(shares.begin(share, key, at)));
  const auto failure = refusal_by_host();
  shares.end(share, key, &failure, at);
}

}  // namespace

TEST_CASE("the first request for a key differs from those that join it, of any share") {
  client_shares shares{{}};
  CHECK(is_first(shares.begin(1, key_of(0), start)));
  CHECK_FALSE(is_first(shares.begin(1, key_of(0), start)));
  CHECK_FALSE(is_first(shares.begin(2, key_of(0), start)));
  CHECK(is_first(shares.begin(2, key_of(1), start)));
  CHECK(shares.waiting() == 4);
  shares.end(1, key_of(0), nullptr, start);
  shares.end(1, key_of(0), nullptr, start);
  CHECK_FALSE(is_first(shares.begin(1, key_of(0), start)));
  shares.end(1, key_of(0), nullptr, start);
  shares.end(2, key_of(0), nullptr, start);
  CHECK(is_first(shares.begin(1, key_of(0), start)));
}

TEST_CASE("a share that waits for as many keys as it may can only join these") {
  client_shares shares{{.max_cold_keys = 2}};
  CHECK(is_admitted(shares.begin(1, key_of(0), start)));
  CHECK(is_admitted(shares.begin(1, key_of(1), start)));
  const auto third = shares.begin(1, key_of(2), start);
  REQUIRE(is_over_share(third));
  CHECK(std::get<client_shares::over_share>(third).retry_after == 1s);
  CHECK(is_admitted(shares.begin(1, key_of(1), start)));
  CHECK(is_admitted(shares.begin(2, key_of(2), start)));
  CHECK(is_over_share(shares.begin(1, key_of(2), start)));
  shares.end(1, key_of(0), nullptr, start);
  CHECK(is_admitted(shares.begin(1, key_of(2), start)));
}

TEST_CASE("a refusal answers the same share and key until its time has passed") {
  client_shares shares{{.negative_cache_ttl = 5s}};
  refuse(shares, 1, key_of(0), start);
  const auto again = shares.begin(1, key_of(0), start + 4999ms);
  REQUIRE(is_refused(again));
  CHECK(std::get<error>(again).message == "no such resource");
  CHECK(is_admitted(shares.begin(1, key_of(1), start)));
  CHECK(is_admitted(shares.begin(2, key_of(0), start)));
  CHECK(is_admitted(shares.begin(1, key_of(0), start + 5s)));
}

TEST_CASE("the more refusals a share has, the longer each is remembered") {
  client_shares shares{{.negative_cache_ttl = 5s}};
  for (int i = 0; i < 300; ++i) {
    refuse(shares, 1, key_of(i), start);
  }
  CHECK(is_admitted(shares.begin(1, key_of(9), start + 50s)));
  CHECK(is_refused(shares.begin(1, key_of(10), start + 54s)));
  CHECK(is_refused(shares.begin(1, key_of(299), start + 599s)));
  CHECK(is_admitted(shares.begin(1, key_of(299), start + 600s)));
  refuse(shares, 1, key_of(0), start + 601s);
  CHECK(is_admitted(shares.begin(1, key_of(0), start + 606s)));
}

TEST_CASE("a loop over a thousand refused resources costs the host hardly more than one pass") {
  client_shares shares{{.negative_cache_ttl = 5s}};
  auto now = start;
  int asked = 0;
  for (int pass = 0; pass < 4; ++pass) {
    for (int i = 0; i < 1'000; ++i) {
      const auto decided = shares.begin(1, key_of(i), now);
      if (is_admitted(decided)) {
        ++asked;
        now += 50ms;
        const auto failure = refusal_by_host();
        shares.end(1, key_of(i), &failure, now);
      }
    }
  }
  CHECK(asked >= 1'000);
  CHECK(asked <= 1'050);
}

TEST_CASE("what may pass is not remembered as a refusal") {
  client_shares shares{{}};
  for (const auto code : {errc::throttled, errc::service_unavailable, errc::deadline_exceeded,
                          errc::shutting_down, errc::host_busy, errc::invalid_configuration}) {
    auto failure = refusal_by_host();
    failure.code = code;
    REQUIRE(is_admitted(shares.begin(1, key_of(0), start)));
    shares.end(1, key_of(0), &failure, start);
  }
  auto later = refusal_by_host();
  later.http_status = 500;
  CHECK(is_admitted(shares.begin(1, key_of(0), start)));
  shares.end(1, key_of(0), &later, start);
  CHECK(is_admitted(shares.begin(1, key_of(0), start)));
  CHECK(shares.refusals() == 0);
}

TEST_CASE("a token ends the memory of a refusal") {
  client_shares shares{{}};
  REQUIRE(is_admitted(shares.begin(1, key_of(0), start)));
  refuse(shares, 1, key_of(0), start);
  shares.end(1, key_of(0), nullptr, start);
  CHECK(is_admitted(shares.begin(1, key_of(0), start)));
}

TEST_CASE("refusals are forgotten on demand, or not remembered at all") {
  client_shares shares{{}};
  refuse(shares, 1, key_of(0), start);
  shares.forget_refusals();
  CHECK(is_admitted(shares.begin(1, key_of(0), start)));
  client_shares none{{.negative_cache_ttl = 0ms}};
  refuse(none, 1, key_of(0), start);
  CHECK(is_admitted(none.begin(1, key_of(0), start)));
}

TEST_CASE("an end without a beginning changes nothing") {
  client_shares shares{{.max_cold_keys = 1}};
  shares.end(1, key_of(0), nullptr, start);
  CHECK(is_admitted(shares.begin(1, key_of(1), start)));
  shares.end(1, key_of(0), nullptr, start);
  CHECK(shares.waiting() == 1);
}

TEST_CASE("a reload changes the limits of later requests") {
  client_shares shares{{.max_cold_keys = 1}};
  CHECK(is_admitted(shares.begin(1, key_of(0), start)));
  CHECK(is_over_share(shares.begin(1, key_of(1), start)));
  shares.set_limits({.max_cold_keys = 2});
  CHECK(is_admitted(shares.begin(1, key_of(1), start)));
  shares.set_limits({.max_cold_keys = 0});
  CHECK(is_over_share(shares.begin(1, key_of(2), start)));
  CHECK(is_admitted(shares.begin(2, key_of(2), start)));
}

TEST_CASE("a million refused resources, and a million connections, take bounded memory") {
  client_shares shares{{}};
  for (int i = 0; i < 100'000; ++i) {
    refuse(shares, 1, key_of(i), start + std::chrono::milliseconds{i});
  }
  CHECK(shares.refusals() <= share_negative_cache::max_of_share);
  for (int i = 0; i < 100'000; ++i) {
    refuse(shares, std::uint64_t{10} + static_cast<unsigned>(i), key_of(0), start + 100s);
  }
  CHECK(shares.refusals() <= share_negative_cache::max_of_all);
  CHECK(shares.waiting() == 0);
}
