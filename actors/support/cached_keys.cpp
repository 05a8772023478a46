#include "actors/support/cached_keys.hpp"

#include "actors/policies/answered_claims.hpp"
#include "actors/policies/refresh_policy.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace midas::internal {

cached_keys::cached_keys(cache_actor::pointer owner, std::shared_ptr<const service_context> service,
                         time_point now)
    : owner_(owner),
      service_(std::move(service)),
      pool_(owner, service_),
      search_at_(now + search_interval()) {
  schedule_published(now);
}

void cached_keys::tokens_loaded(time_point now) {
  schedule_published(now);
  pool_.recheck_waiters();
}

void cached_keys::schedule_published(time_point now) {
  refreshes_.assign(table().all_slots());
  plan_sweep_of_memory(now);
}

expected<acquisition_pool::entry*> cached_keys::use_acquisition(const token_request& request,
                                                                const token_key_view& key,
                                                                const http_actor& http,
                                                                time_point now) {
  if (auto refused = refusal_of_claims(request, key, now)) {
    return unexpected{*std::move(refused)};
  }
  const auto claims = trimmed_claims(request.claims);
  auto* found = pool_.find({key, claims});
  if (found == nullptr) {
    auto valid = make_key(request);
    if (!valid) {
      return unexpected{std::move(valid.error())};
    }
    if (auto room = make_room_for_acquisition(); !room) {
      return unexpected{std::move(room.error())};
    }
    acquisition_key added{*std::move(valid), std::string{claims}};
    auto failure = earlier_failure_of(added, now);
    found = &pool_.add(std::move(added), http, now, std::move(failure));
    timers_.sweep_by(now + max_rest());
  }
  found->use(now);
  return found;
}

std::optional<error> cached_keys::refusal_of_claims(const token_request& request,
                                                    const token_key_view& key,
                                                    time_point now) const {
  const auto granted_at =
      request.claims.empty() ? std::nullopt : service_->claims->find(key, request.claims, now);
  if (!granted_at) {
    return std::nullopt;
  }
  const auto& host = *service_->endpoint;
  auto result = repeated_claims_error(host.source, key.resource, now - *granted_at);
  add_reason(result, host.reason);
  return result;
}

std::optional<earlier_failure> cached_keys::earlier_failure_of(const acquisition_key& key,
                                                               time_point now) const {
  const auto found = restarts_.find(key);
  if (found == restarts_.end() || found->second.at <= now) {
    return std::nullopt;
  }
  return earlier_failure{end_error(caf_compat::failed_exit), found->second.at};
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
  if (const auto* found = pool_.find(view_of(key))) {
    add_deadline(*found, at);
  }
}

void cached_keys::recheck_due_waiters(time_point now) {
  for (const auto& key : timers_.deadlines.take_due(now)) {
    recheck_waiters(*key);
  }
}

void cached_keys::recheck_waiters(const acquisition_key& key) {
  if (const auto* found = pool_.find({view_of(key.token), trimmed_claims(key.claims)})) {
    caf_compat::send(owner_, found->actor, deadline_due{});
  }
}

void cached_keys::fire_timers(const http_actor& http, time_point now) {
  timers_.woken(now);
  recheck_due_waiters(now);
  for (const auto& key : take_due_refreshes()) {
    refresh(view_of(key), http, now);
  }
  sweep_if_due(now);
}

void cached_keys::schedule_refresh(token_table::slot planned) {
  // Null if the token has left the table meanwhile.
  if (planned != nullptr) {
    make_room_for_token(*planned);
    refreshes_.add(std::move(planned));
    refreshes_.compact(table().size());
  }
}

std::vector<token_key> cached_keys::take_due_refreshes() {
  const auto now = service_->now();
  std::vector<token_key> begun;
  std::vector<token_table::dropped_key> dropped;
  for (auto& slot : refreshes_.take_due(now.boot)) {
    auto decision = table().begin_refresh(*slot, now);
    if (decision.step == token_table::refresh_step::begun) {
      begun.push_back(std::move(decision.key));
    } else if (decision.step == token_table::refresh_step::dropped) {
      dropped.push_back({std::move(decision.key), decision.reason});
    } else if (decision.step == token_table::refresh_step::none) {
      // An acquisition of an earlier cache actor has published the token meanwhile.
      schedule_refresh(std::move(slot));
    }
  }
  forget(dropped);
  return begun;
}

// A sixteenth leaves at a time, so that the search for the oldest tokens costs little per key.
void cached_keys::make_room_for_token(const published_slot& newest) {
  if (table().size() > max_keys()) {
    forget(table().drop_oldest(max_keys() - max_keys() / 16, &newest));
  }
}

// Acquisitions with waiters stay, so that more keys than max_keys may be under way. The next search
// is made when a sixteenth more has come, so that it costs little per key, however many wait.
expected<void> cached_keys::make_room_for_acquisition() {
  constexpr std::size_t max_factor = 8;
  const auto size = pool_.size();
  if (size / max_factor >= max_keys()) {
    return fail(errc::too_many_keys,
                concat({"tokens for ", std::to_string(size), " keys are being acquired already"}),
                "Request fewer keys at a time, or raise token_service_options::max_keys");
  }
  if (size >= max_keys() && size >= next_query_) {
    pool_.query_oldest(max_keys() - std::min(max_keys(), max_keys() / 16 + 1));
    next_query_ = size + size / 16;
  }
  return {};
}

void cached_keys::sweep_if_due(time_point now) {
  if (timers_.take_sweep(now)) {
    sweep(now);
  }
}

void cached_keys::sweep(time_point now) {
  pool_.query_idle(now - max_rest());
  service_->claims->forget_old(now);
  std::erase_if(restarts_, [now](const auto& item) {
    return now - item.second.at > restart_pace::stable_after;
  });
  if (now >= search_at_) {
    forget(table().drop_idle(service_->now(), service_->options.idle_key_timeout));
    // The acquisitions of an earlier cache actor told that one what they planned.
    refreshes_.assign(table().all_slots());
    search_at_ = now + search_interval();
  }
  if (pool_.size() != 0 || !restarts_.empty()) {
    timers_.sweep_by(now + max_rest());
  }
  plan_sweep_of_memory(now);
}

void cached_keys::plan_sweep_of_memory(time_point now) {
  if (!service_->claims->empty()) {
    timers_.sweep_by(now + claims_interval);
  }
  if (table().size() != 0) {
    timers_.sweep_by(search_at_);
  }
}

void cached_keys::remove_idle(const idle_report& report, time_point now) {
  if (const auto ended = pool_.remove_idle(report, now - max_rest())) {
    timers_.deadlines.cancel(ended);
    next_query_ = pool_.size() < max_keys() ? 0 : next_query_;
  }
}

void cached_keys::remove_ended(const caf::actor_addr& ended, time_point now) {
  const auto key = pool_.remove_ended(ended);
  if (key == nullptr) {
    return;
  }
  timers_.deadlines.cancel(key);
  auto& ends = restarts_[*key];
  ends.at = now + ends.pace.ended(now);
  ends.pace.started(ends.at);
  // It may have been refreshing its token.
  postpone_refresh(key->token, ++ends.count);
}

void cached_keys::refresh(const token_key_view& key, const http_actor& http, time_point now) {
  if (!service_->refreshes->load(std::memory_order_relaxed)) {
    return;
  }
  const token_request request{.identity = key.identity, .resource = std::string{key.resource}};
  if (const auto used = use_acquisition(request, key, http, now)) {
    caf_compat::send(owner_, (*used)->actor, refresh_due{});
  } else {
    postpone_refresh({request.identity, request.resource});
  }
}

void cached_keys::postpone_refresh(const token_key& key, unsigned failures) {
  const auto now = service_->now();
  if (!table().is_refresh_due(key, now)) {
    return;
  }
  const auto pause =
      next_refresh_after(failures, table().time_left(key, now), {}, service_->jitter());
  if (table().postpone_refresh(key, now.boot + pause)) {
    schedule_refresh(table().find_slot(key));
  }
}

std::optional<std::chrono::nanoseconds> cached_keys::arm(time_point now) {
  return timers_.arm(now, service_->now().boot, refreshes_.next());
}

void cached_keys::forget(const std::vector<token_table::dropped_key>& dropped) {
  for (const auto& each : dropped) {
    service_->claims->forget(each.key);
    service_->observers->emit([&each] { return each; });
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
