#include "proxy/observation/upstream_record.hpp"

#include "transport/hosts/host_registry.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

namespace midas::internal::proxy {

namespace {

failure_text text_of(const error& failure) {
  return {std::string{to_string(failure.code)}, failure.message, failure.advice,
          failure.http_status};
}

// Statuses are the host's choice, so that there may be too many of them for labels.
void count_name(std::map<std::string, std::uint64_t, std::less<>>& counts, std::string_view name) {
  auto found = counts.find(name);
  if (found == counts.end()) {
    const bool has_room = counts.size() < upstream_record::max_names;
    found = counts.emplace(has_room ? name : "other", 0).first;
  }
  ++found->second;
}

// Those that the host is known to give, so that the first of each is an increase.
std::vector<std::string> expected_answers(identity_host host) {
  std::vector<std::string> result{"200", "400", "connection_lost", "request_timeout",
                                  "unreachable"};
  const auto& profile = profile_of(host);
  for (const int status : {404, 408, 410, 429, 500, 502, 503, 504}) {
    if (contains(profile.transient_statuses, status)) {
      result.push_back(std::to_string(status));
    }
  }
  if (profile.begins_with_challenge) {
    result.emplace_back("401");
  }
  return result;
}

wall_time after(wall_time now, std::chrono::nanoseconds pause) {
  return now + std::chrono::duration_cast<wall_time::duration>(pause);
}

}  // namespace

std::uint64_t upstream_totals::request_count() const noexcept { return durations.count(); }

// One function for each event of interest.
struct upstream_record::noting {
  upstream_record& record;
  wall_time now;

  void operator()(const host_chosen& event) const {
    record.host_.name = to_string(event.host);
    record.host_.address = event.address;
    record.host_.reason = event.reason;
    for (auto& name : expected_answers(event.host)) {
      record.totals_.requests.try_emplace(std::move(name), 0);
    }
  }

  void operator()(const acquisition_started& event) const {
    auto& state = record.state_of(event.key, now);
    state.acquiring_since = now;
    state.in_background = event.in_background;
  }

  void operator()(const acquisition_retried& event) const {
    count_name(record.totals_.retries, to_string(event.failure.code));
    auto& state = record.state_of(event.key, now);
    state.failure = text_of(event.failure);
    state.failed_at = now;
  }

  void operator()(const acquisition_succeeded& event) const {
    auto& state = record.state_of(event.key, now);
    state = {.granted_at = now,
             .expires_on = event.expires_on,
             .granted = state.granted + 1,
             .changed = now};
  }

  void operator()(const acquisition_failed& event) const {
    auto& state = record.state_of(event.key, now);
    state.acquiring_since.reset();
    state.failure = text_of(event.failure);
    state.failed_at = now;
    remember({now, event.key, *state.failure, 1, event.answered});
  }

  void operator()(const exchange_finished& event) const {
    const auto name =
        event.failure ? std::string{to_string(*event.failure)} : std::to_string(event.status);
    count_name(record.totals_.requests, name);
    record.totals_.durations.add(event.elapsed);
    if (event.status != 0) {
      record.host_.last_answer = now;
    }
  }

  void operator()(const host_throttled& event) const {
    record.host_.throttled_until = after(now, event.pause);
  }

  void operator()(const host_failing& event) const {
    auto& host = record.host_;
    host.failing_since = host.failing_since.value_or(now);
    host.failures = event.failures;
    host.failure = text_of(event.failure);
    host.next_attempt = after(now, event.pause);
  }

  void operator()(const host_recovered& /*event*/) const {
    auto& host = record.host_;
    host.failing_since.reset();
    host.next_attempt.reset();
    host.failures = 0;
    host.failure = {};
  }

  void operator()(const refresh_scheduled& event) const {
    record.state_of(event.key, now).refresh_at = after(now, event.delay);
  }

  void operator()(const refresh_done& event) const {
    ++(event.refreshed ? record.totals_.refreshed : record.totals_.kept);
  }

  void operator()(const key_evicted& event) const {
    ++record.totals_.evictions.at(static_cast<std::size_t>(event.reason));
    const auto found = record.keys_.find(event.key);
    // A key whose acquisition is in progress gets its token soon.
    if (found != record.keys_.end() && !found->second.acquiring_since) {
      record.keys_.erase(found);
    }
  }

  template <class Other>
  void operator()(const Other& /*event*/) const {}

  void remember(recent_failure added) const {
    auto& all = record.failures_;
    const auto same = std::ranges::find_if(all, [&added](const recent_failure& each) {
      return each.key == added.key && each.failure.code == added.failure.code;
    });
    if (same != all.end()) {
      added.count += same->count;
      added.answered += same->answered;
      all.erase(same);
    } else if (all.size() >= max_failures) {
      all.pop_back();
    }
    all.push_front(std::move(added));
  }
};

void upstream_record::note(const token_event& event, wall_time now) {
  std::visit(noting{*this, now}, event);
}

key_state& upstream_record::state_of(const token_key& key, wall_time now) {
  auto found = keys_.find(key);
  if (found == keys_.end()) {
    make_room_for_key();
    found = keys_.emplace(key, key_state{}).first;
  }
  found->second.changed = now;
  return found->second;
}

void upstream_record::make_room_for_key() {
  if (keys_.size() < max_keys) {
    return;
  }
  const auto least = std::ranges::min_element(keys_, {}, [](const auto& item) {
    return std::tuple{item.second.expires_on.has_value(), item.second.changed};
  });
  keys_.erase(least);
}

}  // namespace midas::internal::proxy
