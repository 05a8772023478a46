#include <midas/actors/cache.hpp>
#include <midas/actors/deadline.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>

namespace midas {

namespace {

using time_point = std::chrono::steady_clock::time_point;

struct acquisition_key_hash {
  std::size_t operator()(const acquisition_key& k) const noexcept {
    return token_key_hash{}(k.token) ^ std::hash<std::string>{}(k.claims);
  }
};

struct acquisition_entry;
using alarms = std::multimap<time_point, acquisition_entry*>;

struct acquisition_entry {
  acquisition_actor actor;
  // Requests sent to it.
  std::size_t sent = 0;
  time_point last_used{};
  // The first deadline of those who wait for it, as far as is known here.
  std::optional<alarms::iterator> alarm;
};

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
        [this](alarm_due) { ring_alarms(); },
        [this](sweep_due) { sweep(); },
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
      if (auto token = service().table->find_usable(*key, service().wall_clock())) {
        service().counters->add(service().counters->tokens);
        service().counters->add(service().counters->cache_hits);
        return *std::move(token);
      }
    }
    const auto now = dialect::now(self);
    const auto deadline = deadline_after(now, timeout);
    auto& entry = acquisition_for({*std::move(key), request.claims});
    ++entry.sent;
    entry.last_used = now;
    if (!entry.alarm || deadline < (*entry.alarm)->first) {
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
      entry.actor = spawn_acquisition(
          self->system(), {settings.service, std::make_shared<acquisition_key>(std::move(key)),
                           cache_actor{self}, http});
      dialect::stay_in_own_system(self);
      dialect::monitor(self, entry.actor);
      sweep_later();
    }
    return entry;
  }

  void start_http() {
    http = spawn_http(self->system(), {settings.transport, settings.limits, service().alive});
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
      cancel_alarm(dead->second);
      acquisitions.erase(dead);
    }
  }

  // One timer of CAF's for all acquisitions: one for each would wake its clock's thread for each.
  void set_alarm(acquisition_entry& entry, time_point at) {
    cancel_alarm(entry);
    entry.alarm = pending_alarms.emplace(at, &entry);
    wake_by(at);
  }

  void cancel_alarm(acquisition_entry& entry) {
    if (entry.alarm) {
      pending_alarms.erase(*std::exchange(entry.alarm, std::nullopt));
    }
  }

  void ring_alarms() {
    const auto now = dialect::now(self);
    if (now >= wake_at) {
      wake_at = time_point::max();
    }
    while (!pending_alarms.empty() && pending_alarms.begin()->first <= now) {
      auto& entry = *pending_alarms.begin()->second;
      cancel_alarm(entry);
      dialect::send(self, entry.actor, deadline_due{});
    }
    if (!pending_alarms.empty()) {
      wake_by(pending_alarms.begin()->first);
    }
  }

  void wake_by(time_point at) {
    if (at < wake_at) {
      wake_at = at;
      dialect::send_to_self_after(self, at - dialect::now(self), alarm_due{});
    }
  }

  void sweep_later() {
    if (!std::exchange(sweep_pending, true)) {
      dialect::send_to_self_after(self, settings.idle_key_timeout, sweep_due{});
    }
  }

  void sweep() {
    for (const auto& item : acquisitions) {
      if (is_idle(item.second)) {
        dialect::send(self, item.second.actor, settled_query{});
      }
    }
    service().table->drop_idle(service().wall_clock(), settings.idle_key_timeout);
    sweep_pending = false;
    if (!acquisitions.empty() || service().table->size() != 0) {
      sweep_later();
    }
  }

  [[nodiscard]] bool is_idle(const acquisition_entry& entry) const {
    return entry.last_used <= dialect::now(self) - settings.idle_key_timeout;
  }

  void drop(const acquisition_settled& settled) {
    const auto found = acquisitions.find(*settled.key);
    if (found == acquisitions.end()) {
      return;
    }
    auto& entry = found->second;
    if (entry.sent == settled.received && is_idle(entry)) {
      cancel_alarm(entry);
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
  alarms pending_alarms;
  // When the earliest alarm_due that is under way arrives.
  time_point wake_at = time_point::max();
  bool sweep_pending = false;
  // Why it has been asked to end; nothing as long as it has not.
  caf::error ending;
};

}  // namespace

cache_actor spawn_cache(caf::actor_system& system, cache_settings settings) {
  return dialect::spawn<cache_actor, cache_state>(system, std::move(settings));
}

}  // namespace midas
