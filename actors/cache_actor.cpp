#include "actors/cache_actor.hpp"

#include "actors/policies/deadline.hpp"
#include "actors/policies/timer_queue.hpp"
#include "actors/support/actor_lifetime.hpp"
#include "messages/make_error.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace midas::internal {

namespace {

using time_point = std::chrono::steady_clock::time_point;

struct acquisition_key_hash {
  std::size_t operator()(const acquisition_key& k) const noexcept {
    return token_key_hash{}(k.token) ^ std::hash<std::string>{}(k.claims);
  }
};

struct acquisition_entry {
  acquisition_actor actor;
  // Requests sent to it.
  std::size_t sent = 0;
  time_point last_used{};
  // It is to go as soon as nobody waits for it.
  bool unwanted = false;
};

// How often the table is searched for tokens that nobody asks for.
constexpr std::chrono::seconds default_search_interval{3'600};

// An acquisition that nobody has asked for this long has no more to do: its actor is ended, and a
// renewal begins another.
constexpr std::chrono::seconds max_rest{10};

struct cache_state {
  static inline const char* name = "midas.cache";

  explicit cache_state(cache_actor::pointer actor) : self(actor) {}
  cache_state(const cache_state&) = delete;
  cache_state& operator=(const cache_state&) = delete;
  ~cache_state() {
    const auto end_reason = lifetime.exit_reason_of_children();
    for (const auto& item : acquisitions) {
      caf_compat::send_exit(item.second.actor, end_reason);
    }
    if (http) {
      caf_compat::send_exit(http, end_reason);
    }
  }

  void start(gate::holder alive, cache_settings given) {
    settings = std::move(given);
    lifetime.begin<cache_actor>(self, std::move(alive), [] {});
    caf_compat::on_down(self, [this](const caf::actor_addr& ended) { replace(ended); });
    start_http();
    search_at = caf_compat::now(self) + search_interval();
    // The tokens of the cache that it replaces.
    if (service().table->size() != 0) {
      sweep_by(search_at);
      wake_for_refreshes();
    }
  }

  cache_actor::behavior_type make_behavior() {
    return {
        [this](token_request& request) { return answer(request, settings.default_timeout); },
        [this](token_request& request, std::chrono::nanoseconds timeout) {
          return answer(request, timeout);
        },
        [this](token_request& request, std::chrono::nanoseconds timeout, token_waiter& caller) {
          answer(request, timeout, caller);
        },
        [this](const idle_report& report) { drop(report); },
        [this](const deadline_set& deadline) {
          if (const auto found = acquisitions.find(*deadline.key); found != acquisitions.end()) {
            set_timer(found->second, deadline.at);
          }
        },
        [this](const refresh_overdue& overdue) { refresh(overdue.key); },
        [this](refreshes_changed) { wake_for_refreshes(); },
        [this](timer_due) { fire_timers(); },
        [this](drain_done) { lifetime.quit(self); },
    };
  }

  caf::result<access_token> answer(token_request& request, std::chrono::nanoseconds timeout) {
    auto routed = route(request, timeout);
    if (!routed) {
      return to_caf_error(routed.error());
    }
    if (auto* token = std::get_if<access_token>(&*routed)) {
      return std::move(*token);
    }
    auto& [actor, message] = std::get<onward>(*routed);
    return self->delegate(actor, std::move(message));
  }

  void answer(token_request& request, std::chrono::nanoseconds timeout,
              const token_waiter& caller) {
    auto routed = route(request, timeout);
    if (!routed) {
      caller.answer(unexpected{std::move(routed.error())});
    } else if (auto* token = std::get_if<access_token>(&*routed)) {
      caller.answer(std::move(*token));
    } else {
      auto& [actor, message] = std::get<onward>(*routed);
      caf_compat::send(self, actor, std::move(message), caller);
    }
  }

  struct onward {
    acquisition_actor actor;
    acquisition_request message;
  };

  // Where a request goes: it is refused, or a token is at hand, or an acquisition has to answer it.
  expected<std::variant<access_token, onward>> route(token_request& request,
                                                     std::chrono::nanoseconds timeout) {
    auto key = acceptable_key(request, timeout);
    if (!key) {
      service().counters->add(service().counters->errors);
      return unexpected{std::move(key.error())};
    }
    if (request.claims.empty() && !request.force_refresh) {
      if (auto found = service().table->find(*key, service().now())) {
        service().counters->add(service().counters->tokens);
        service().counters->add(service().counters->cache_hits);
        if (found->refresh_overdue) {
          refresh(*key);
        }
        return std::move(found->token);
      }
    }
    const auto now = caf_compat::now(self);
    const auto deadline = deadline_after(now, timeout);
    auto& entry = acquisition_for({*std::move(key), request.claims});
    ++entry.sent;
    entry.last_used = now;
    entry.unwanted = false;
    if (const auto timer = deadlines.time_of(&entry); !timer || deadline < *timer) {
      set_timer(entry, deadline);
    }
    return onward{entry.actor, {std::move(request), deadline}};
  }

  [[nodiscard]] expected<token_key> acceptable_key(const token_request& request,
                                                   std::chrono::nanoseconds timeout) const {
    if (lifetime.ending()) {
      return unexpected{lifetime.end()};
    }
    if (!service().endpoint) {
      return unexpected{service().endpoint.error()};
    }
    if (timeout <= std::chrono::nanoseconds::zero()) {
      return fail(errc::invalid_timeout, "the timeout of a request has to be longer than nothing",
                  "Give the time that the caller can wait");
    }
    return make_key(request);
  }

  acquisition_entry& acquisition_for(acquisition_key key) {
    auto& entry = acquisitions[key];
    if (!entry.actor) {
      entry.last_used = caf_compat::now(self);
      make_room();
      entry.actor = spawn_acquisition(
          self->system(), {settings.service, std::make_shared<acquisition_key>(std::move(key)),
                           cache_actor{self}, http});
      caf_compat::restore_logger_context(self);
      caf_compat::monitor(self, entry.actor);
      sweep_by(entry.last_used + rest());
    }
    return entry;
  }

  void start_http() {
    http = spawn_http(self->system(), {settings.transport, settings.limits, settings.service});
    caf_compat::restore_logger_context(self);
    caf_compat::monitor(self, http);
  }

  // An actor has ended that should not have. Its waiters have been answered by its own end.
  void replace(const caf::actor_addr& ended) {
    if (http.address() == ended) {
      start_http();
      for (const auto& item : acquisitions) {
        caf_compat::send(self, item.second.actor, http);
      }
      return;
    }
    const auto dead = std::ranges::find_if(
        acquisitions, [&ended](const auto& item) { return item.second.actor.address() == ended; });
    if (dead != acquisitions.end()) {
      // It may have been about to renew its token.
      if (service().table->postpone_refresh(dead->first.token, service().now().boot)) {
        wake_for_refreshes();
      }
      deadlines.cancel(&dead->second);
      acquisitions.erase(dead);
    }
  }

  // The token at hand is handed out meanwhile.
  void refresh(const token_key& key) {
    auto& entry = acquisition_for({key, {}});
    // Not at rest, so that it is not ended before it has read this.
    entry.last_used = caf_compat::now(self);
    entry.unwanted = false;
    caf_compat::send(self, entry.actor, refresh_due{});
  }

  void refresh_due_tokens() {
    std::vector<token_key> dropped;
    for (const auto& key : service().table->take_due_refreshes(service().now(), dropped)) {
      refresh(key);
    }
    emit_evicted(dropped);
  }

  // Timers run by the steady clock, which stands still while the machine is suspended: whoever asks
  // for an overdue token then says so.
  void wake_for_refreshes() {
    if (const auto next = service().table->next_refresh()) {
      wake_by(caf_compat::now(self) +
              std::max(std::chrono::nanoseconds{0}, *next - service().now().boot));
    }
  }

  // Memory is bounded. A sixteenth goes at a time, so that looking for the oldest costs little.
  void make_room() {
    const auto left = settings.max_keys - std::min(settings.max_keys, settings.max_keys / 16 + 1);
    if (service().table->size() >= settings.max_keys) {
      emit_evicted(service().table->drop_oldest(left));
    }
    if (acquisitions.size() <= settings.max_keys) {
      return;
    }
    std::vector<acquisition_entry*> by_age;
    for (auto& item : acquisitions) {
      if (item.second.actor && !item.second.unwanted) {
        by_age.push_back(&item.second);
      }
    }
    const auto excess = static_cast<std::ptrdiff_t>(by_age.size() - std::min(by_age.size(), left));
    std::ranges::nth_element(by_age, by_age.begin() + excess, {}, &acquisition_entry::last_used);
    for (auto each = by_age.begin(); each != by_age.begin() + excess; ++each) {
      (*each)->unwanted = true;
      caf_compat::send(self, (*each)->actor, idle_query{});
    }
  }

  void emit_evicted(const std::vector<token_key>& keys) const {
    for (const auto& key : keys) {
      service().observers->emit([&key] { return key_evicted{key}; });
    }
  }

  // One timer of CAF's for all acquisitions: one for each would wake its clock's thread for each.
  void set_timer(acquisition_entry& entry, time_point at) {
    deadlines.set(&entry, at);
    wake_by(at);
  }

  void fire_timers() {
    const auto now = caf_compat::now(self);
    if (now >= wake_at) {
      wake_at = time_point::max();
    }
    for (const auto* entry : deadlines.take_due(now)) {
      caf_compat::send(self, entry->actor, deadline_due{});
    }
    if (const auto next = deadlines.next()) {
      wake_by(*next);
    }
    refresh_due_tokens();
    wake_for_refreshes();
    if (now >= sweep_at) {
      sweep(now);
    }
    wake_by(sweep_at);
  }

  void wake_by(time_point at) {
    if (at < wake_at) {
      wake_at = at;
      caf_compat::send_to_self_after(self, at - caf_compat::now(self), timer_due{});
    }
  }

  void sweep_by(time_point at) {
    sweep_at = std::min(sweep_at, at);
    wake_by(sweep_at);
  }

  void sweep(time_point now) {
    for (const auto& item : acquisitions) {
      if (is_idle(item.second)) {
        caf_compat::send(self, item.second.actor, idle_query{});
      }
    }
    if (now >= search_at) {
      emit_evicted(service().table->drop_idle(service().now(), settings.idle_key_timeout));
      search_at = now + search_interval();
    }
    sweep_at = acquisitions.empty() ? time_point::max() : now + rest();
    if (service().table->size() != 0) {
      sweep_at = std::min(sweep_at, search_at);
    }
  }

  [[nodiscard]] std::chrono::seconds search_interval() const {
    return settings.idle_key_timeout.value_or(default_search_interval);
  }

  [[nodiscard]] std::chrono::seconds rest() const { return std::min(max_rest, search_interval()); }

  [[nodiscard]] bool is_idle(const acquisition_entry& entry) const {
    return entry.unwanted || entry.last_used <= caf_compat::now(self) - rest();
  }

  void drop(const idle_report& report) {
    const auto found = acquisitions.find(*report.key);
    if (found == acquisitions.end()) {
      return;
    }
    auto& entry = found->second;
    if (entry.sent == report.received && is_idle(entry)) {
      deadlines.cancel(&entry);
      caf_compat::demonitor(self, entry.actor);
      caf_compat::send_exit(entry.actor, caf::exit_reason::user_shutdown);
      acquisitions.erase(found);
    }
  }

  [[nodiscard]] const service_context& service() const { return *settings.service; }

  cache_actor::pointer self;
  actor_lifetime lifetime;
  cache_settings settings;
  http_actor http;
  std::unordered_map<acquisition_key, acquisition_entry, acquisition_key_hash> acquisitions;
  // The first deadline of those who wait for each acquisition, as far as is known here.
  timer_queue<acquisition_entry*> deadlines;
  // When the earliest timer_due that is under way arrives.
  time_point wake_at = time_point::max();
  // When to look for acquisitions at rest, and for tokens that nobody asks for.
  time_point sweep_at = time_point::max();
  time_point search_at{};
};

}  // namespace

cache_actor spawn_cache(caf::actor_system& system, cache_settings settings) {
  auto alive = settings.service->live_actors->enter();
  return caf_compat::spawn<cache_actor, cache_state>(system, std::move(alive), std::move(settings));
}

}  // namespace midas::internal
