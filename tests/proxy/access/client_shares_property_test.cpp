// Any sequence of requests, against a model that keeps everything.
#include "proxy/access/client_shares.hpp"
#include "tests/support/catch.hpp"

#include <rapidcheck.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace midas;
using namespace midas::internal::proxy;
using namespace std::chrono_literals;

namespace {

struct modeled_shares {
  using place = std::pair<std::uint64_t, int>;

  explicit modeled_shares(std::size_t cap)
      : most(cap), shares({.max_cold_keys = cap, .negative_cache_ttl = 5s}) {}

  static token_key key(int number) { return {{}, "r" + std::to_string(number)}; }

  void begin(std::uint64_t share, int number) {
    const auto decided = shares.begin(share, key(number), now);
    std::set<int> of_share;
    bool awaited = false;
    for (const auto& each : open) {
      awaited = awaited || each.second == number;
      if (each.first == share) {
        of_share.insert(each.second);
      }
    }
    if (std::holds_alternative<error>(decided)) {
      // Remembered for at least the unit, and never longer than the most.
      RC_ASSERT(refused_at.contains({share, number}));
      RC_ASSERT(now - (refused_at[{share, number}]) < share_negative_cache::max_ttl);
      return;
    }
    const auto refused = refused_at.find({share, number});
    // Not one expression: with its sanitizers, g++ 12 reads the second operand first.
    if (refused != refused_at.end()) {
      RC_ASSERT(now - refused->second >= 5s);
    }
    if (const auto* admitted = std::get_if<client_shares::admission>(&decided)) {
      RC_ASSERT(admitted->is_first == !awaited);
      RC_ASSERT(of_share.contains(number) || of_share.size() < most);
      open.emplace_back(share, number);
    } else {
      RC_ASSERT(of_share.size() >= most);
      RC_ASSERT(!of_share.contains(number));
      RC_ASSERT(std::get<client_shares::over_share>(decided).retry_after > 0ms);
    }
  }

  void end(std::size_t index, bool is_refused) {
    if (open.empty()) {
      return;
    }
    const auto at = open.begin() + static_cast<std::ptrdiff_t>(index % open.size());
    const auto [share, number] = *at;
    open.erase(at);
    error failure;
    failure.code = errc::identity_not_found;
    failure.http_status = 400;
    shares.end(share, key(number), is_refused ? &failure : nullptr, now);
    if (is_refused) {
      refused_at[{share, number}] = now;
    } else {
      refused_at.erase({share, number});
    }
  }

  std::size_t most;
  client_shares shares;
  client_shares::clock::time_point now{1'000h};
  std::vector<place> open;
  std::map<place, client_shares::clock::time_point> refused_at;
};

}  // namespace

TEST_CASE("any sequence of requests stays within each share, and is answered by fresh refusals") {
  const bool holds = rc::check([] {
    modeled_shares model{*rc::gen::inRange<std::size_t>(1, 4)};
    const auto steps =
        *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
    for (const auto step : steps) {
      const auto share = step % 3;
      const auto number = static_cast<int>(step / 3 % 6);
      switch (step / 64 % 4) {
        case 0:
        case 1:
          model.begin(share, number);
          break;
        case 2:
          model.end(step / 256, step / 1024 % 2 == 0);
          break;
        default:
          model.now += std::chrono::milliseconds{step / 256 % 8'000};
          break;
      }
      RC_ASSERT(model.shares.waiting() == model.open.size());
      RC_ASSERT(model.shares.refusals() <= 18U);
    }
    while (!model.open.empty()) {
      model.end(0, false);
    }
    RC_ASSERT(model.shares.waiting() == 0U);
    for (std::uint64_t share = 0; share < 3; ++share) {
      for (int number = 0; number < static_cast<int>(model.most); ++number) {
        model.now += 700s;
        model.begin(share, number);
      }
    }
  });
  CHECK(holds);
}
