#include "actors/cache_actor.hpp"

#include "actors/policies/deadline.hpp"
#include "actors/policies/timer_queue.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace midas {

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
constexpr std::chrono::seconds usual_search_interval{3'600};

// An acquisition that nobody has asked for this long has no more to do: its actor is ended, and a
// renewal begins another.
constexpr std::chrono::seconds longest_rest{10};

struct cache_state {
  static inline const char* name = "midas.cache";

  explicit cache_state(cache_actor::pointer actor) : self(actor) {}
  cache_state(const cache_state&) = delete;
  cache_state& operator=(const cache_state&) = delete;
  ~cache_state() {
    const auto orderly = dialect::classify(ending) == dialect::error_class::orderly_exit;
    const auto end_reason =
        orderly ? caf::exit_reason::user_shutdown : caf::exit_reason::unhandled_exception;
    for (const auto& item : acquisitions) {
      dialect::send_exit(item.second.actor, end_reason);
    }
    if (http) {
      dialect::send_exit(http, end_reason);
    }
  }

  void start(cache_settings given) {
    settings = std::move(given);
    pass = service().alive->enter();
    dialect::on_exit_request(self, [this](const caf::error& reason) {
      ending = reason;
      dialect::send(self, cache_actor{self}, end_due{});
    });
    dialect::on_down(self, [this](const caf::actor_addr& ended) { replace(ended); });
    start_http();
    search_at = dialect::now(self) + search_interval();
    // The tokens of the cache that it replaces.
    if (service().table->size() != 0) {
      sweep_by(search_at);
      wake_for_renewals();
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
        [this](const acquisition_settled& settled) { drop(settled); },
        [this](const deadline_set& deadline) {
          if (const auto found = acquisitions.find(*deadline.key); found != acquisitions.end()) {
            set_alarm(found->second, deadline.at);
          }
        },
        [this](const renewal_overdue& overdue) { renew(overdue.key); },
        [this](renewals_changed) { wake_for_renewals(); },
        [this](alarm_due) { ring_alarms(); },
        [this](end_due) { self->quit(ending); },
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
      dialect::send(self, actor, std::move(message), caller);
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
        if (found->renewal_overdue) {
          renew(*key);
        }
        return std::move(found->token);
      }
    }
    const auto now = dialect::now(self);
    const auto deadline = deadline_after(now, timeout);
    auto& entry = acquisition_for({*std::move(key), request.claims});
    ++entry.sent;
    entry.last_used = now;
    entry.unwanted = false;
    if (const auto alarm = deadlines.alarm_of(&entry); !alarm || deadline < *alarm) {
      set_alarm(entry, deadline);
    }
    return onward{entry.actor, {std::move(request), deadline}};
  }

  [[nodiscard]] expected<token_key> acceptable_key(const token_request& request,
                                                   std::chrono::nanoseconds timeout) const {
    if (ending) {
      return unexpected{end_error(ending)};
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
      entry.last_used = dialect::now(self);
      make_room();
      entry.actor = spawn_acquisition(
          self->system(), {settings.service, std::make_shared<acquisition_key>(std::move(key)),
                           cache_actor{self}, http});
      dialect::stay_in_own_system(self);
      dialect::monitor(self, entry.actor);
      sweep_by(entry.last_used + rest());
    }
    return entry;
  }

  void start_http() {
    http = spawn_http(self->system(), {settings.transport, settings.limits, settings.service});
    dialect::stay_in_own_system(self);
    dialect::monitor(self, http);
  }

  // An actor has ended that should not have. Its waiters have been answered by its own end.
  void replace(const caf::actor_addr& ended) {
    if (http.address() == ended) {
      start_http();
      for (const auto& item : acquisitions) {
        dialect::send(self, item.second.actor, http);
      }
      return;
    }
    const auto dead = std::ranges::find_if(
        acquisitions, [&ended](const auto& item) { return item.second.actor.address() == ended; });
    if (dead != acquisitions.end()) {
      // It may have been about to renew its token.
      if (service().table->postpone_renewal(dead->first.token, service().now().boot)) {
        wake_for_renewals();
      }
      deadlines.cancel(&dead->second);
      acquisitions.erase(dead);
    }
  }

  // The token at hand is handed out meanwhile.
  void renew(const token_key& key) {
    auto& entry = acquisition_for({key, {}});
    // Not at rest, so that it is not ended before it has read this.
    entry.last_used = dialect::now(self);
    entry.unwanted = false;
    dialect::send(self, entry.actor, renewal_due{});
  }

  void renew_what_is_due() {
    std::vector<token_key> dropped;
    for (const auto& key : service().table->take_renewals(service().now(), dropped)) {
      renew(key);
    }
    tell_evicted(dropped);
  }

  // Timers run by the steady clock, which stands still while the machine is suspended: whoever asks
  // for an overdue token then says so.
  void wake_for_renewals() {
    if (const auto next = service().table->next_renewal()) {
      wake_by(dialect::now(self) +
              std::max(std::chrono::nanoseconds{0}, *next - service().now().boot));
    }
  }

  // Memory is bounded. A sixteenth goes at a time, so that looking for the oldest costs little.
  void make_room() {
    const auto left = settings.max_keys - std::min(settings.max_keys, settings.max_keys / 16 + 1);
    if (service().table->size() >= settings.max_keys) {
      tell_evicted(service().table->drop_oldest(left));
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
      dialect::send(self, (*each)->actor, settled_query{});
    }
  }

  void tell_evicted(const std::vector<token_key>& keys) const {
    for (const auto& key : keys) {
      service().observers->tell([&key] { return key_evicted{key}; });
    }
  }

  // One timer of CAF's for all acquisitions: one for each would wake its clock's thread for each.
  void set_alarm(acquisition_entry& entry, time_point at) {
    deadlines.set(&entry, at);
    wake_by(at);
  }

  void ring_alarms() {
    const auto now = dialect::now(self);
    if (now >= wake_at) {
      wake_at = time_point::max();
    }
    for (const auto* entry : deadlines.take_due(now)) {
      dialect::send(self, entry->actor, deadline_due{});
    }
    if (const auto next = deadlines.next()) {
      wake_by(*next);
    }
    renew_what_is_due();
    wake_for_renewals();
    if (now >= sweep_at) {
      sweep(now);
    }
    wake_by(sweep_at);
  }

  void wake_by(time_point at) {
    if (at < wake_at) {
      wake_at = at;
      dialect::send_to_self_after(self, at - dialect::now(self), alarm_due{});
    }
  }

  void sweep_by(time_point at) {
    sweep_at = std::min(sweep_at, at);
    wake_by(sweep_at);
  }

  void sweep(time_point now) {
    for (const auto& item : acquisitions) {
      if (is_idle(item.second)) {
        dialect::send(self, item.second.actor, settled_query{});
      }
    }
    if (now >= search_at) {
      tell_evicted(service().table->drop_idle(service().now(), settings.idle_key_timeout));
      search_at = now + search_interval();
    }
    sweep_at = acquisitions.empty() ? time_point::max() : now + rest();
    if (service().table->size() != 0) {
      sweep_at = std::min(sweep_at, search_at);
    }
  }

  [[nodiscard]] std::chrono::seconds search_interval() const {
    return settings.idle_key_timeout.value_or(usual_search_interval);
  }

  [[nodiscard]] std::chrono::seconds rest() const {
    return std::min(longest_rest, search_interval());
  }

  [[nodiscard]] bool is_idle(const acquisition_entry& entry) const {
    return entry.unwanted || entry.last_used <= dialect::now(self) - rest();
  }

  void drop(const acquisition_settled& settled) {
    const auto found = acquisitions.find(*settled.key);
    if (found == acquisitions.end()) {
      return;
    }
    auto& entry = found->second;
    if (entry.sent == settled.received && is_idle(entry)) {
      deadlines.cancel(&entry);
      dialect::demonitor(self, entry.actor);
      dialect::send_exit(entry.actor, caf::exit_reason::user_shutdown);
      acquisitions.erase(found);
    }
  }

  [[nodiscard]] const service_context& service() const { return *settings.service; }

  cache_actor::pointer self;
  gate::pass pass;
  cache_settings settings;
  http_actor http;
  std::unordered_map<acquisition_key, acquisition_entry, acquisition_key_hash> acquisitions;
  // The first deadline of those who wait for each acquisition, as far as is known here.
  alarm_queue<acquisition_entry*> deadlines;
  // When the earliest alarm_due that is under way arrives.
  time_point wake_at = time_point::max();
  // When to look for acquisitions at rest, and for tokens that nobody asks for.
  time_point sweep_at = time_point::max();
  time_point search_at{};
  // Why it has been asked to end; nothing as long as it has not.
  caf::error ending;
};

}  // namespace

cache_actor spawn_cache(caf::actor_system& system, cache_settings settings) {
  return dialect::spawn<cache_actor, cache_state>(system, std::move(settings));
}

}  // namespace midas
