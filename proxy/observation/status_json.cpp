#include "proxy/observation/status_json.hpp"

#include "proxy/observation/status_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace midas::internal::proxy {

namespace {

// What the page shows of one token: what the events tell, and who asked.
struct token_row {
  const key_state* state = nullptr;
  std::vector<const asker*> askers{};
  std::uint64_t requests = 0;
};
using token_rows = std::map<token_key, token_row, by_resource>;

token_rows rows_of(const snapshot& status) {
  token_rows result;
  for (const auto& [key, state] : status.keys) {
    result[key].state = &state;
  }
  for (const auto& each : status.askers) {
    auto& row = result[each.key];
    row.askers.push_back(&each);
    row.requests += each.requests;
  }
  return result;
}

// The rows with the most requests, and rows that something happens to, in the order of their keys.
void keep_most_requested(token_rows& rows) {
  if (rows.size() <= max_listed) {
    return;
  }
  std::vector<std::pair<std::uint64_t, token_rows::iterator>> by_requests;
  for (auto at = rows.begin(); at != rows.end(); ++at) {
    by_requests.emplace_back(at->second.requests, at);
  }
  std::ranges::nth_element(by_requests, by_requests.begin() + max_listed, std::ranges::greater{},
                           [](const auto& each) { return each.first; });
  std::for_each(by_requests.begin() + max_listed, by_requests.end(),
                [&rows](const auto& each) { rows.erase(each.second); });
}

std::string_view state_name(const key_state& state, wall_time now) {
  if (state.expires_on && *state.expires_on > now) {
    return state.failure ? "refresh_failing" : "held";
  }
  if (state.acquiring_since) {
    return "acquiring";
  }
  return state.expires_on ? "expired" : "failed";
}

void write_failure(status_writer& to, const failure_text& failure) {
  to.text("code", failure.code);
  to.text("message", failure.message);
  to.text("advice", failure.advice.empty() ? advice_for(failure.code) : failure.advice);
  if (failure.status != 0) {
    to.number("status", static_cast<std::uint64_t>(failure.status));
  }
}

void write_state(status_writer& to, const key_state& state, wall_time now) {
  to.text("state", state_name(state, now));
  to.time("granted_at", state.granted_at);
  to.time("expires_on", state.expires_on);
  to.time("refresh_at", state.refresh_at);
  to.time("acquiring_since", state.acquiring_since);
  to.number("granted", state.granted);
  if (state.failure) {
    to.object("failure", [&] {
      write_failure(to, *state.failure);
      to.time("at", state.failed_at);
    });
  }
}

void write_row(status_writer& to, const token_key& key, const token_row& row, wall_time now) {
  // Texts that are cut may be equal.
  to.text("id", fmt::format("{:x}", token_key_hash{}(key)));
  to.text("resource", key.resource);
  to.text("identity", to_string(key.identity));
  if (row.state != nullptr) {
    write_state(to, *row.state, now);
  } else {
    to.text("state", "not_held");
  }
  to.number("requests", row.requests);
  to.array("askers", [&] {
    constexpr std::size_t max_askers = 20;
    for (std::size_t at = 0; at < std::min(row.askers.size(), max_askers); ++at) {
      const auto& each = *row.askers[at];
      to.item([&] {
        to.user(each.uid);
        to.number("requests", each.requests);
        to.time("last", each.last);
      });
    }
  });
  to.number("asker_count", row.askers.size());
}

void write_tokens(status_writer& to, const snapshot& status) {
  auto rows = rows_of(status);
  const auto count = rows.size();
  keep_most_requested(rows);
  to.array("tokens", [&] {
    for (const auto& [key, row] : rows) {
      to.item([&, &key = key, &row = row] { write_row(to, key, row, status.now); });
    }
  });
  to.number("tokens_left_out", count - rows.size());
}

struct client_row {
  std::uint64_t requests = 0;
  std::uint64_t tokens = 0;
  std::chrono::sys_seconds last{};
};

void write_clients(status_writer& to, const snapshot& status) {
  std::map<std::optional<uid_t>, client_row> rows;
  for (const auto& each : status.askers) {
    auto& row = rows[each.uid];
    row.requests += each.requests;
    ++row.tokens;
    row.last = std::max(row.last, each.last);
  }
  to.array("clients", [&] {
    std::size_t listed = 0;
    for (const auto& [uid, row] : rows) {
      if (++listed > max_listed) {
        break;
      }
      to.item([&, &uid = uid, &row = row] {
        to.user(uid);
        to.number("requests", row.requests);
        to.number("tokens", row.tokens);
        to.time("last", row.last);
      });
    }
  });
}

std::string_view name_of_state(const host_state& host, const token_service_statistics& service,
                               wall_time now) {
  if (host.failing_since) {
    return "failing";
  }
  if ((service.throttled_until && *service.throttled_until > now) ||
      (host.throttled_until && *host.throttled_until > now)) {
    return "throttled";
  }
  return host.last_answer ? "well" : "not_asked";
}

void write_host(status_writer& to, const snapshot& status) {
  const auto& host = status.host;
  to.text("name", host.name);
  to.text("address", host.address);
  to.text("reason", host.reason);
  to.text("state", name_of_state(host, status.totals.service, status.now));
  to.time("last_answer", host.last_answer);
  to.time("throttled_until", status.totals.service.throttled_until
                                 ? status.totals.service.throttled_until
                                 : host.throttled_until);
  to.time("failing_since", host.failing_since);
  if (host.failing_since) {
    to.number("failures", host.failures);
    to.time("next_attempt", host.next_attempt);
    to.object("failure", [&] { write_failure(to, host.failure); });
  }
}

void write_totals(status_writer& to, const counts& totals) {
  const auto& requests = totals.requests;
  const auto upstream = totals.upstream.request_count();
  to.object("requests", [&] {
    to.number("total", requests.requests());
    to.number("answered", requests.tokens());
    to.number("saved", requests.tokens() > upstream ? requests.tokens() - upstream : 0);
    for (std::size_t at = 0; at < requests.results.size(); ++at) {
      to.number(to_string(static_cast<token_result>(at)).data(), requests.results.at(at));
    }
  });
  to.object("upstream", [&] {
    to.number("requests", upstream);
    to.number("in_flight", totals.service.http.in_flight);
    to.number("queued", totals.service.http.queued);
    to.number("waiters", totals.service.waiters);
  });
  to.object("connections", [&] {
    to.number("open", requests.connected > requests.disconnected
                          ? requests.connected - requests.disconnected
                          : 0);
    to.number("accepted", requests.connected);
    std::uint64_t rejected = 0;
    for (const auto each : requests.rejected) {
      rejected += each;
    }
    to.number("rejected", rejected);
  });
  to.number("held", totals.service.keys);
}

void write_problems(status_writer& to, const snapshot& status) {
  to.array("failures", [&] {
    for (const auto& each : status.failures) {
      to.item([&] {
        to.time("at", each.at);
        to.text("resource", each.key.resource);
        to.text("identity", to_string(each.key.identity));
        write_failure(to, each.failure);
        to.number("count", each.count);
        to.number("answered", each.answered);
      });
    }
  });
  to.array("refusals", [&] {
    for (const auto& each : status.problems) {
      to.item([&] {
        to.time("at", each.last);
        to.text("result", to_string(each.result));
        to.text("reason", each.reason);
        to.text("advice", advice_for(each.reason));
        to.text("resource", each.resource);
        to.user(each.uid);
        to.number("count", each.count);
      });
    }
  });
}

}  // namespace

std::string status_json(const snapshot& state) {
  status_writer to;
  to.item([&] {
    to.text("version", state.version);
    to.time("now", state.now);
    to.time("started", state.started);
    to.object("host", [&] { write_host(to, state); });
    write_totals(to, state.totals);
    write_tokens(to, state);
    write_clients(to, state);
    to.number("forgotten_requests", state.forgotten_requests);
    write_problems(to, state);
  });
  return to.take();
}

}  // namespace midas::internal::proxy
