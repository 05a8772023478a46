#include "tests/chaos/history_rules.hpp"

#include <algorithm>
#include <map>
#include <queue>

namespace midas::internal::chaos {

namespace {

using namespace std::chrono_literals;

// After a 429 a host is left alone at least so long, and at most so long.
constexpr std::chrono::milliseconds min_pause{1'000};
constexpr std::chrono::milliseconds max_pause{60'000};

using exchange_list = std::vector<const wire_exchange*>;

exchange_list by_start(const history& what) {
  exchange_list result;
  result.reserve(what.exchanges.size());
  for (const auto& exchange : what.exchanges) {
    result.push_back(&exchange);
  }
  std::ranges::sort(result, {}, &wire_exchange::started);
  return result;
}

std::string name_of(const history& what, const wire_exchange& exchange) {
  return "the exchange for " + chaos::name_of(exchange.key) + " that began at " +
         since_begin(what, exchange.started);
}

void check_one_for_each_key(const history& what, const exchange_list& all, violations& found) {
  std::map<asked_key, const wire_exchange*> last;
  for (const auto* exchange : all) {
    auto& before = last[exchange->key];
    if (before != nullptr && exchange->started < before->ended) {
      found.push_back(name_of(what, *exchange) + " met another for the same key, begun at " +
                      since_begin(what, before->started));
    }
    if (before == nullptr || exchange->ended > before->ended) {
      before = exchange;
    }
  }
}

void check_in_flight(const history& what, const exchange_list& all, std::size_t limit,
                     violations& found) {
  std::priority_queue<time_point, std::vector<time_point>, std::greater<>> ends;
  for (const auto* exchange : all) {
    while (!ends.empty() && ends.top() <= exchange->started) {
      ends.pop();
    }
    ends.push(exchange->ended);
    if (ends.size() > limit) {
      found.push_back(name_of(what, *exchange) + " made " + std::to_string(ends.size()) +
                      " in flight, where the host allows " + std::to_string(limit));
    }
  }
}

void check_rate(const history& what, const exchange_list& all, std::size_t limit,
                violations& found) {
  for (std::size_t i = limit; limit != 0 && i < all.size(); ++i) {
    const auto span = all[i]->started - all[i - limit]->started;
    if (span < 1s) {
      found.push_back(name_of(what, *all[i]) + " was number " + std::to_string(limit + 1) +
                      " within " + in_milliseconds(span) + ", where the host allows " +
                      std::to_string(limit) + " a second");
    }
  }
}

// The news of a 429 takes a little to reach whoever sends: what was sent meanwhile is excused.
void check_pauses(const history& what, const exchange_list& all, std::chrono::nanoseconds tolerance,
                  violations& found) {
  for (const auto* refused : all) {
    if (refused->status != 429 || refused->ended == time_point::max()) {
      continue;
    }
    const auto end =
        refused->ended + std::clamp(refused->retry_after.value_or(min_pause), min_pause, max_pause);
    auto next =
        std::ranges::upper_bound(all, refused->ended + tolerance, {}, &wire_exchange::started);
    if (next != all.end() && (*next)->started < end) {
      found.push_back(name_of(what, **next) + " came " + in_milliseconds(end - (*next)->started) +
                      " before the end of the pause that the host had asked for at " +
                      since_begin(what, refused->ended));
    }
  }
}

}  // namespace

void check_exchanges(const history& what, const history_bounds& bounds, violations& found) {
  const auto all = by_start(what);
  check_one_for_each_key(what, all, found);
  check_in_flight(what, all, bounds.limits.max_in_flight, found);
  check_rate(what, all, bounds.limits.max_per_second, found);
  check_pauses(what, all, bounds.tolerance, found);
}

}  // namespace midas::internal::chaos
