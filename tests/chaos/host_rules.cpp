// The host sees the end of an exchange later than the client. When the client abandons an exchange
// (the attempt timed out, or the response was too long), the exchange is over for the client at
// once, but for the host only when it notices the closed connection or writes its response. The
// client cannot know when that is and may send the next request in the meantime.
//
// So a request in progress at the host is excused if, since its arrival, the client has recorded
// the end of an exchange for the same resource; each end excuses one request. This never accuses a
// correct client, because a client records the end of an exchange before it begins another. It may
// excuse too much, but exchange_rules.cpp checks the client's records without excuses. What the
// rules here add are requests that the client does not record, such as retries of its transport.
#include "tests/chaos/history_rules.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace midas::internal::chaos {

namespace {

using namespace std::chrono_literals;

using request_list = std::vector<const host_request*>;

request_list by_arrival(const history& observed) {
  request_list result;
  result.reserve(observed.host_requests.size());
  for (const auto& request : observed.host_requests) {
    result.push_back(&request);
  }
  std::ranges::sort(result, {}, &host_request::arrived);
  return result;
}

// The ends of exchanges in chronological order.
using end_list = std::vector<time_point>;

// Number of requests in `open`, sorted by arrival, that cannot be excused at `now`. An end can
// excuse any request that arrived before it, so the choice does not matter.
std::size_t count_inexcusable(const request_list& open, const end_list& ends, time_point now) {
  std::size_t arrived = 0;
  std::size_t excused = 0;
  for (auto end = std::ranges::lower_bound(ends, open.front()->arrived);
       end != ends.end() && *end <= now; ++end) {
    while (arrived < open.size() && open[arrived]->arrived <= *end) {
      ++arrived;
    }
    excused += excused < arrived ? 1 : 0;
  }
  return open.size() - excused;
}

std::string describe(const history& observed, const host_request& request) {
  return "the request for " + request.resource + " that reached the host at " +
         since_start(observed, request.arrived);
}

void check_open(const history& observed, const request_list& all, const end_list& ends,
                std::size_t limit, const std::string& scope, violations& found) {
  request_list open;
  for (const auto* request : all) {
    std::erase_if(open, [&](const auto* each) { return each->ended <= request->arrived; });
    open.push_back(request);
    const auto count = open.size() <= limit ? 0 : count_inexcusable(open, ends, request->arrived);
    if (count > limit) {
      found.push_back(describe(observed, *request) + " was one of " + std::to_string(count) +
                      " in flight" + scope + ", but the limit is " + std::to_string(limit));
    }
  }
}

// The host's journal does not name the identity of a request that got no token. So the limit for a
// resource is the number of identities that were requested with it.
void check_each_resource(const history& observed, const request_list& all, violations& found) {
  std::map<std::string, std::set<std::string>> identities;
  std::map<std::string, end_list> ends;
  for (const auto& exchange : observed.exchanges) {
    identities[exchange.key.resource].insert(exchange.key.identity);
    if (exchange.ended != time_point::max()) {
      ends[exchange.key.resource].push_back(exchange.ended);
    }
  }
  std::map<std::string, request_list> requests;
  for (const auto* request : all) {
    requests[request->resource].push_back(request);
  }
  for (const auto& [resource, list] : requests) {
    std::ranges::sort(ends[resource]);
    check_open(observed, list, ends[resource],
               std::max<std::size_t>(1, identities[resource].size()), " for " + resource, found);
  }
}

// Requests sent a second apart arrive closer together if the first one is delayed.
void check_rate(const history& observed, const request_list& all, const history_bounds& bounds,
                violations& found) {
  const auto limit = bounds.limits.max_per_second;
  for (std::size_t i = limit; limit != 0 && i < all.size(); ++i) {
    const auto span = all[i]->arrived - all[i - limit]->arrived;
    if (span + bounds.tolerance < 1s) {
      found.push_back(describe(observed, *all[i]) + " was number " + std::to_string(limit + 1) +
                      " within " + in_milliseconds(span) + ", but the host allows " +
                      std::to_string(limit) + " per second");
    }
  }
}

}  // namespace

void check_host_requests(const history& observed, const history_bounds& bounds, violations& found) {
  const auto all = by_arrival(observed);
  check_each_resource(observed, all, found);
  end_list ends;
  for (const auto& exchange : observed.exchanges) {
    if (exchange.ended != time_point::max()) {
      ends.push_back(exchange.ended);
    }
  }
  std::ranges::sort(ends);
  check_open(observed, all, ends, bounds.limits.max_in_flight, "", found);
  check_rate(observed, all, bounds, found);
}

}  // namespace midas::internal::chaos
