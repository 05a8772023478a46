#include "tests/chaos/history_rules.hpp"

#include <algorithm>
#include <map>

namespace midas::internal::chaos {

namespace {

using exchange_list = std::vector<const wire_exchange*>;

// A failure after which the same request may succeed a little later.
bool is_transient(const wire_exchange& exchange) {
  const auto status = exchange.status;
  return status == 0 || status == 404 || status == 408 || status == 410 || status == 429 ||
         status >= 500;
}

bool has_ended(const wire_exchange& exchange) { return exchange.ended != time_point::max(); }

void check_each_key(const history& observed, const exchange_list& all,
                    std::chrono::nanoseconds pace, named_violations& found) {
  std::map<request_key, const wire_exchange*> last;
  for (const auto* exchange : all) {
    // With claims there are two acquisitions, each with a pace of its own.
    if (observed.keys_with_claims.contains(exchange->key)) {
      continue;
    }
    auto& before = last[exchange->key];
    // After a timeout the pause counts from the start of the attempt, its wait for the host's
    // limits included, which is not part of the exchange.
    if (before != nullptr && has_ended(*before) && is_transient(*before) && !before->timed_out &&
        exchange->started < before->ended + pace) {
      found.push_back({"pace", "the exchange for " + describe(exchange->key) + " at " +
                                   since_start(observed, exchange->started) + " began " +
                                   in_milliseconds(exchange->started - before->ended) +
                                   " after a failure, of an exchange with status " +
                                   std::to_string(before->status) + " after " +
                                   in_milliseconds(before->ended - before->started)});
    }
    before = exchange;
  }
}

// Of overlapping windows, only the first is reported.
void check_outages(const history& observed, const exchange_list& all, const history_bounds& bounds,
                   named_violations& found) {
  for (std::size_t first = 0; first < all.size(); ++first) {
    const auto end = all[first]->started + bounds.outage;
    const auto last = static_cast<std::size_t>(
        std::ranges::lower_bound(all, end, {}, &wire_exchange::started) - all.begin());
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    const bool all_fail =
        std::all_of(begin, all.begin() + static_cast<std::ptrdiff_t>(last),
                    [](const auto* each) { return has_ended(*each) && is_transient(*each); });
    if (all_fail && last - first > bounds.max_in_outage) {
      found.push_back({"outage", std::to_string(last - first) + " exchanges began from " +
                                     since_start(observed, all[first]->started) + " to " +
                                     since_start(observed, end) + ", and all failed"});
      first = last;
    }
  }
}

}  // namespace

void check_pace(const history& observed, const history_bounds& bounds, named_violations& found) {
  exchange_list all;
  for (const auto& exchange : observed.exchanges) {
    all.push_back(&exchange);
  }
  std::ranges::sort(all, {}, &wire_exchange::started);
  check_each_key(observed, all, bounds.pace, found);
  check_outages(observed, all, bounds, found);
}

}  // namespace midas::internal::chaos
