// The host's end of the wire says less than the client's, and says it later: an exchange that the
// client gave up (its attempt's time was over, the response too long) is over for the client at
// once, and for the host when it notices that the connection has gone, or when it would answer. The
// client cannot know when that is, so it is right to send the next one meanwhile.
//
// So what is still open at the host is excused if the client noted the end of an exchange for the
// same resource since it arrived there: one end for one request. That never accuses a client that
// keeps the rules, since it notes the end of an exchange before it begins another. It may excuse
// too much; the client's own end, where there is nothing to excuse, is judged in
// exchange_rules.cpp. What this adds is what the client does not see: requests that its transport
// sends of its own accord.
#include "tests/chaos/history_rules.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace midas::internal::chaos {

namespace {

using namespace std::chrono_literals;

using request_list = std::vector<const host_request*>;

request_list by_arrival(const history& what) {
  request_list result;
  result.reserve(what.host_requests.size());
  for (const auto& request : what.host_requests) {
    result.push_back(&request);
  }
  std::ranges::sort(result, {}, &host_request::arrived);
  return result;
}

// The ends of exchanges, in order.
using end_list = std::vector<time_point>;

// How many of the open ones, in order of arrival, no end after their arrival and until `now` can
// excuse. Every end may excuse any that arrived before it, so it does not matter which it takes.
std::size_t inexcusable(const request_list& open, const end_list& ends, time_point now) {
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

std::string name_of(const history& what, const host_request& request) {
  return "the request for " + request.resource + " that reached the host at " +
         since_begin(what, request.arrived);
}

void check_open(const history& what, const request_list& all, const end_list& ends,
                std::size_t limit, const std::string& of, violations& found) {
  request_list open;
  for (const auto* request : all) {
    std::erase_if(open, [&](const auto* each) { return each->ended <= request->arrived; });
    open.push_back(request);
    const auto count = open.size() <= limit ? 0 : inexcusable(open, ends, request->arrived);
    if (count > limit) {
      found.push_back(name_of(what, *request) + " was one of " + std::to_string(count) +
                      " in flight" + of + ", where there may be " + std::to_string(limit));
    }
  }
}

// The host does not tell for which identity a request was that it gave no token. So for one
// resource there may be as many at once as identities were asked for.
void check_each_resource(const history& what, const request_list& all, violations& found) {
  std::map<std::string, std::set<std::string>> identities;
  std::map<std::string, end_list> ends;
  for (const auto& exchange : what.exchanges) {
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
    check_open(what, list, ends[resource], std::max<std::size_t>(1, identities[resource].size()),
               " for " + resource, found);
  }
}

// What was sent a second apart may arrive closer together, by as much as the first was held up.
void check_rate(const history& what, const request_list& all, const history_bounds& bounds,
                violations& found) {
  const auto limit = bounds.limits.max_per_second;
  for (std::size_t i = limit; limit != 0 && i < all.size(); ++i) {
    const auto span = all[i]->arrived - all[i - limit]->arrived;
    if (span + bounds.tolerance < 1s) {
      found.push_back(name_of(what, *all[i]) + " was number " + std::to_string(limit + 1) +
                      " within " + in_milliseconds(span) + ", where the host allows " +
                      std::to_string(limit) + " a second");
    }
  }
}

}  // namespace

void check_host_requests(const history& what, const history_bounds& bounds, violations& found) {
  const auto all = by_arrival(what);
  check_each_resource(what, all, found);
  end_list ends;
  for (const auto& exchange : what.exchanges) {
    if (exchange.ended != time_point::max()) {
      ends.push_back(exchange.ended);
    }
  }
  std::ranges::sort(ends);
  check_open(what, all, ends, bounds.limits.max_in_flight, "", found);
  check_rate(what, all, bounds, found);
}

}  // namespace midas::internal::chaos
