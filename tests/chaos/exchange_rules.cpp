#include "tests/chaos/history_rules.hpp"

#include <algorithm>
#include <map>
#include <queue>

namespace midas::internal::chaos {

namespace {

using namespace std::chrono_literals;

// The shortest and the longest pause after a 429.
constexpr std::chrono::milliseconds min_pause{1'000};
constexpr std::chrono::milliseconds max_pause{60'000};

using exchange_list = std::vector<const wire_exchange*>;

exchange_list by_start(const history& observed) {
  exchange_list result;
  result.reserve(observed.exchanges.size());
  for (const auto& exchange : observed.exchanges) {
    result.push_back(&exchange);
  }
  std::ranges::sort(result, {}, &wire_exchange::started);
  return result;
}

std::string describe(const history& observed, const wire_exchange& exchange) {
  return "the exchange for " + chaos::describe(exchange.key) + " that began at " +
         since_start(observed, exchange.started);
}

void check_one_per_key(const history& observed, const exchange_list& all, violations& found) {
  std::map<request_key, const wire_exchange*> last;
  for (const auto* exchange : all) {
    if (observed.keys_with_claims.contains(exchange->key)) {
      continue;
    }
    auto& before = last[exchange->key];
    if (before != nullptr && exchange->started < before->ended) {
      found.push_back(describe(observed, *exchange) +
                      " overlapped another for the same key that began at " +
                      since_start(observed, before->started));
    }
    if (before == nullptr || exchange->ended > before->ended) {
      before = exchange;
    }
  }
}

void check_in_flight(const history& observed, const exchange_list& all, std::size_t limit,
                     violations& found) {
  std::priority_queue<time_point, std::vector<time_point>, std::greater<>> ends;
  for (const auto* exchange : all) {
    while (!ends.empty() && ends.top() <= exchange->started) {
      ends.pop();
    }
    ends.push(exchange->ended);
    if (ends.size() > limit) {
      found.push_back(describe(observed, *exchange) + " was one of " + std::to_string(ends.size()) +
                      " in flight, but the host allows " + std::to_string(limit));
    }
  }
}

void check_rate(const history& observed, const exchange_list& all, std::size_t limit,
                violations& found) {
  for (std::size_t i = limit; limit != 0 && i < all.size(); ++i) {
    const auto span = all[i]->started - all[i - limit]->started;
    if (span < 1s) {
      found.push_back(describe(observed, *all[i]) + " was number " + std::to_string(limit + 1) +
                      " within " + in_milliseconds(span) + ", but the host allows " +
                      std::to_string(limit) + " per second");
    }
  }
}

// Exchanges that begin within the tolerance are excused: the 429 has not reached the HTTP actor
// yet.
void check_pauses(const history& observed, const exchange_list& all,
                  std::chrono::nanoseconds tolerance, violations& found) {
  for (const auto* throttled : all) {
    if (throttled->status != 429 || throttled->ended == time_point::max()) {
      continue;
    }
    const auto end = throttled->ended +
                     std::clamp(throttled->retry_after.value_or(min_pause), min_pause, max_pause);
    auto next =
        std::ranges::upper_bound(all, throttled->ended + tolerance, {}, &wire_exchange::started);
    if (next != all.end() && (*next)->started < end) {
      found.push_back(describe(observed, **next) + " began " +
                      in_milliseconds(end - (*next)->started) +
                      " before the end of the pause that the host requested at " +
                      since_start(observed, throttled->ended));
    }
  }
}

}  // namespace

void check_exchanges(const history& observed, const history_bounds& bounds, violations& found) {
  const auto all = by_start(observed);
  check_one_per_key(observed, all, found);
  check_in_flight(observed, all, bounds.limits.max_in_flight, found);
  check_rate(observed, all, bounds.limits.max_per_second, found);
  check_pauses(observed, all, bounds.tolerance, found);
}

}  // namespace midas::internal::chaos
