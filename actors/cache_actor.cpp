#include "actors/cache_actor.hpp"

#include "actors/policies/deadline.hpp"
#include "actors/support/actor_lifetime.hpp"
#include "actors/support/cached_keys.hpp"
#include "actors/support/http_child.hpp"
#include "actors/support/store_child.hpp"
#include "messages/caller_errors.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace midas::internal {

namespace {

struct cache_state {
  static inline const char* name = "midas.cache";

  explicit cache_state(cache_actor::pointer actor) : self(actor) {}
  cache_state(const cache_state&) = delete;
  cache_state& operator=(const cache_state&) = delete;
  ~cache_state() {
    if (keys) {
      keys->end_all(lifetime.exit_reason_of_children());
    }
    if (http) {
      http->end(lifetime.exit_reason_of_children());
    }
    if (store) {
      store->end(lifetime.exit_reason_of_children());
    }
  }

  void start(gate::holder alive, cache_settings given) {
    settings = std::move(given);
    lifetime.begin<cache_actor>(self, std::move(alive), [] {});
    caf_compat::on_down(self, [this](const caf::actor_addr& ended) { replace(ended); });
    http.emplace(self, http_settings{settings.transport, settings.limits, settings.service});
    keys.emplace(self, settings.service, now());
    store.emplace(self, settings.service);
    arm();
  }

  cache_actor::behavior_type make_behavior() {
    return {
        [this](token_request& request) {
          return answer(request, service().options.default_timeout);
        },
        [this](token_request& request, std::chrono::nanoseconds timeout) {
          return answer(request, timeout);
        },
        [this](acquisition_request& asked, const token_waiter& caller) { answer(asked, caller); },
        [this](acquisition_request& asked) { return answer(asked); },
        [this](load_ended) {
          keys->tokens_loaded(now());
          arm();
        },
        [this](const idle_report& report) { keys->remove_idle(report, now()); },
        [this](const deadline_set& deadline) {
          keys->set_deadline(*deadline.key, deadline.at);
          arm();
        },
        [this](const refresh_overdue& overdue) { refresh(view_of(overdue.key)); },
        [this](const refresh_planned& planned) {
          keys->schedule_refresh(planned.slot);
          arm();
        },
        [this](const caller_canceled& canceled) { keys->recheck_waiters(canceled.key); },
        [this](const token_published& published) { keys->recheck_waiters({published.key}); },
        [this](timer_due) {
          keys->fire_timers(http->current(), now());
          arm();
        },
        [this](restart_due) { keys->replace_http(http->start()); },
        [this](drain_done) { lifetime.quit(self); },
    };
  }

  caf::result<access_token> answer(token_request& request, std::chrono::nanoseconds timeout) {
    if (timeout <= std::chrono::nanoseconds::zero()) {
      service().counters->add(service().counters->errors);
      return to_caf_error(invalid_timeout_error());
    }
    acquisition_request asked{std::move(request), deadline_after(now(), timeout)};
    return answer(asked);
  }

  caf::result<access_token> answer(acquisition_request& asked) {
    auto routed = route(asked);
    if (!routed) {
      return to_caf_error(routed.error());
    }
    if (auto* token = std::get_if<access_token>(&*routed)) {
      return std::move(*token);
    }
    auto& [actor, message] = std::get<forward>(*routed);
    return caf_compat::delegate(self, actor, std::move(message));
  }

  void answer(acquisition_request& asked, const token_waiter& caller) {
    if (caller.answered()) {
      return;  // canceled meanwhile: nobody waits for the acquisition
    }
    auto routed = route(asked);
    if (!routed) {
      caller.answer(unexpected{std::move(routed.error())});
    } else if (auto* token = std::get_if<access_token>(&*routed)) {
      caller.answer(std::move(*token));
    } else {
      auto& [actor, message] = std::get<forward>(*routed);
      caf_compat::send(self, actor, std::move(message), caller);
    }
  }

  using forward = std::pair<answering_actor, acquisition_request>;

  // The published token, or the actor that answers the request.
  expected<std::variant<access_token, forward>> route(acquisition_request& asked) {
    auto& request = asked.request;
    auto& counters = *service().counters;
    if (auto failure = refusal()) {
      counters.add(counters.errors);
      return unexpected{*std::move(failure)};
    }
    service().name_identity(request);
    // Valid if it is found: most requests find a token or an acquisition, and need no copy of it.
    const request_key_view key{request.identity, request.resource};
    if (accepts_cached(request)) {
      if (auto found = service().table->find(*key, service().now())) {
        counters.add(counters.tokens);
        counters.add(counters.cache_hits);
        if (found->refresh_overdue) {
          refresh(*key);
        }
        return std::move(found->token);
      }
      if (store->must_wait(asked)) {
        return forward{store->current(), std::move(asked)};
      }
    }
    const auto used = keys->use_acquisition(request, *key, http->current(), now());
    if (!used) {
      counters.add(counters.errors);
      return unexpected{used.error()};
    }
    auto& acquisition = **used;
    ++acquisition.sent;
    if (keys->add_deadline(acquisition, asked.deadline)) {
      arm();
    }
    return forward{acquisition.actor, std::move(asked)};
  }

  // Why no request can be answered at present.
  [[nodiscard]] std::optional<error> refusal() const {
    return lifetime.ending() ? std::optional{lifetime.end()} : service().configuration_error();
  }

  void refresh(const token_key_view& key) {
    keys->refresh(key, http->current(), now());
    arm();
  }

  // An actor ended unexpectedly. It has answered its requests.
  void replace(const caf::actor_addr& ended) {
    if (!http->has_ended(ended, now()) && !store->has_ended(ended)) {
      keys->remove_ended(ended, now());
      arm();
    }
  }

  void arm() {
    if (const auto delay = keys->arm(now())) {
      caf_compat::send_to_self_after(self, *delay, timer_due{});
    }
  }

  [[nodiscard]] std::chrono::steady_clock::time_point now() const { return caf_compat::now(self); }
  [[nodiscard]] const service_context& service() const { return *settings.service; }

  cache_actor::pointer self;
  actor_lifetime lifetime;
  cache_settings settings;
  std::optional<http_child> http;
  std::optional<cached_keys> keys;
  std::optional<store_child> store;
};

}  // namespace

cache_actor spawn_cache(caf::actor_system& system, cache_settings settings) {
  auto alive = settings.service->live_actors->enter();
  return caf_compat::spawn<cache_actor, cache_state>(system, std::move(alive), std::move(settings));
}

}  // namespace midas::internal
