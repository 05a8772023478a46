#include "actors/support/cached_keys.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal {

cached_keys::cached_keys(cache_actor::pointer owner, std::shared_ptr<const service_context> service,
                         time_point now)
    : service_(std::move(service)), pool_(owner, service_), search_at_(now + search_interval()) {
  refreshes_.assign(table().all_slots());
  if (table().size() != 0) {
    timers_.sweep_by(search_at_);
  }
}

acquisition_pool::entry& cached_keys::use_acquisition(acquisition_key&& key, const http_actor& http,
                                                      time_point now) {
  auto* found = pool_.find(key);
  if (found == nullptr) {
    make_room();
    found = &pool_.add(std::move(key), http, now);
    timers_.sweep_by(now + max_rest());
  }
  found->use(now);
  return *found;
}

bool cached_keys::add_deadline(const acquisition_pool::entry& acquisition, time_point at) {
  const auto first = timers_.deadlines.time_of(acquisition.key);
  const bool is_first = !first || at < *first;
  if (is_first) {
    timers_.deadlines.set(acquisition.key, at);
  }
  return is_first;
}

void cached_keys::set_deadline(const acquisition_key& key, time_point at) {
  // A request with an earlier deadline may have been forwarded meanwhile.
  if (const auto* found = pool_.find(key)) {
    add_deadline(*found, at);
  }
}

std::vector<acquisition_actor> cached_keys::take_due_deadlines(time_point now) {
  std::vector<acquisition_actor> result;
  for (const auto& key : timers_.deadlines.take_due(now)) {
    if (const auto* found = pool_.find(*key)) {
      result.push_back(found->actor);
    }
  }
  return result;
}

void cached_keys::schedule_refresh(token_table::slot planned) {
  // Null if the token has left the table meanwhile.
  if (planned != nullptr) {
    refreshes_.add(std::move(planned));
    refreshes_.compact(table().size());
  }
}

std::vector<token_key> cached_keys::take_due_refreshes() {
  const auto now = service_->now();
  std::vector<token_key> begun;
  std::vector<token_key> dropped;
  for (auto& slot : refreshes_.take_due(now.boot)) {
    auto decision = table().begin_refresh(*slot, now);
    if (decision.step == token_table::refresh_step::begun) {
      begun.push_back(std::move(decision.key));
    } else if (decision.step == token_table::refresh_step::dropped) {
      dropped.push_back(std::move(decision.key));
    } else {
      // An acquisition of an earlier cache actor has published the token meanwhile.
      schedule_refresh(std::move(slot));
    }
  }
  forget(dropped);
  return begun;
}

// Evicts a sixteenth at a time, so that the search for the oldest keys costs little per key.
void cached_keys::make_room() {
  const auto max = service_->options.max_keys;
  const auto left = max - std::min(max, max / 16 + 1);
  if (table().size() >= max) {
    forget(table().drop_oldest(left));
  }
  if (pool_.size() >= max) {
    pool_.query_oldest(left);
  }
}

void cached_keys::sweep_if_due(time_point now) {
  if (timers_.take_sweep(now)) {
    sweep(now);
  }
}

void cached_keys::sweep(time_point now) {
  pool_.query_idle(now - max_rest());
  if (now >= search_at_) {
    forget(table().drop_idle(service_->now(), service_->options.idle_key_timeout));
    // The acquisitions of an earlier cache actor told that one what they planned.
    refreshes_.assign(table().all_slots());
    search_at_ = now + search_interval();
  }
  if (pool_.size() != 0) {
    timers_.sweep_by(now + max_rest());
  }
  if (table().size() != 0) {
    timers_.sweep_by(search_at_);
  }
}

void cached_keys::remove_idle(const idle_report& report, time_point now) {
  if (const auto ended = pool_.remove_idle(report, now - max_rest())) {
    timers_.deadlines.cancel(ended);
  }
}

void cached_keys::remove_ended(const caf::actor_addr& ended) {
  const auto key = pool_.remove_ended(ended);
  if (key == nullptr) {
    return;
  }
  timers_.deadlines.cancel(key);
  // It may have been refreshing its token.
  if (table().postpone_refresh(key->token, service_->now().boot)) {
    schedule_refresh(table().find_slot(key->token));
  }
}

std::optional<std::chrono::nanoseconds> cached_keys::arm(time_point now) {
  return timers_.arm(now, service_->now().boot, refreshes_.next());
}

void cached_keys::forget(const std::vector<token_key>& dropped) {
  for (const auto& key : dropped) {
    service_->observers->emit([&key] { return key_evicted{key}; });
  }
}

std::chrono::seconds cached_keys::search_interval() const {
  constexpr std::chrono::seconds default_interval{3'600};
  return service_->options.idle_key_timeout.value_or(default_interval);
}

// An acquisition actor that has not been used for this long is ended; the next refresh spawns
// another.
std::chrono::seconds cached_keys::max_rest() const {
  return std::min(std::chrono::seconds{10}, search_interval());
}

}  // namespace midas::internal
