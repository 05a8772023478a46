#include "actors/acquisition_actor.hpp"

#include "actors/policies/refresh_policy.hpp"
#include "actors/policies/retry_policy.hpp"
#include "actors/support/actor_lifetime.hpp"
#include "actors/support/waiter.hpp"
#include "messages/make_error.hpp"
#include "transport/formats/sha256.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <variant>

namespace midas::internal {

namespace {

using time_point = std::chrono::steady_clock::time_point;

struct acquisition_state {
  static inline const char* name = "midas.acquisition";

  explicit acquisition_state(acquisition_actor::pointer actor) : self(actor) {}

  void start(gate::holder alive, acquisition_settings given) {
    settings = std::move(given);
    lifetime.begin<acquisition_actor>(self, std::move(alive), [this] {
      if (acquiring && refreshing) {
        // For whoever takes this actor's place.
        service().table->postpone_refresh(key(), service().now().boot);
      }
      finish();
      answer_all(lifetime.end());
    });
  }

  acquisition_actor::behavior_type make_behavior() {
    return {
        [this](acquisition_request& request) {
          auto promise = self->make_response_promise<access_token>();
          admit(request, waiter{promise});
          return promise;
        },
        [this](acquisition_request& request, token_waiter& caller) {
          admit(request, waiter{std::move(caller)});
        },
        [this](const http_actor& replacement) { settings.http = replacement; },
        [this](deadline_due) { expire(); },
        [this](refresh_due) { refresh(); },
        [this](retry_due due) { retry(due.attempt); },
        [this](idle_query) {
          if (is_idle_actor()) {
            caf_compat::send(self, settings.cache, idle_report{settings.key, received});
          }
        },
        [this](drain_done) { lifetime.quit(self); },
    };
  }

  void admit(acquisition_request& asked, waiter caller) {
    ++received;
    const auto now = caf_compat::now(self);
    if (auto refused = refuse(asked, now)) {
      count(counters().errors);
      caller.answer(*refused);
      return;
    }
    // The cache may have sent this request before it heard of the token that was got meanwhile.
    if (!acquiring && settings.key->claims.empty() && !asked.request.force_refresh) {
      if (const auto found = service().table->find(key(), service().now())) {
        count(counters().tokens);
        count(counters().cache_hits);
        caller.answer(found->token, caf_compat::shared_answer{found->token});
        return;
      }
    }
    waiters.emplace(asked.deadline, std::move(caller));
    if (acquiring) {
      count(counters().coalesced);
      emit([this] { return acquisition_joined{key()}; });
    } else {
      acquire(std::move(asked.request));
    }
  }

  // What a request is told at once: nothing, unless no token can come for it.
  std::optional<error> refuse(const acquisition_request& asked, time_point now) {
    if (lifetime.ending()) {
      return lifetime.end();
    }
    if (asked.deadline <= now) {
      return expired(asked.request.resource);
    }
    if (retry_at && asked.deadline <= *retry_at) {
      return last_failure;
    }
    if (negative_result && now < negative_until) {
      return negative_result;
    }
    return std::nullopt;
  }

  // Nobody would miss it: neither somebody who waits, nor the next renewal, which has to know how
  // many have been in vain.
  [[nodiscard]] bool is_idle_actor() const {
    return !acquiring && waiters.empty() &&
           (failed_refreshes == 0 ||
            service().table->time_left(key(), service().now()) == std::chrono::nanoseconds{0});
  }

  void refresh() {
    if (lifetime.ending() || !service().table->is_refresh_due(key(), service().now())) {
      return;
    }
    if (acquiring) {
      refreshing = true;
      return;
    }
    acquire({.identity = key().identity, .resource = key().resource});
  }

  void acquire(token_request request) {
    acquiring = true;
    count(counters().acquisitions);
    subject = std::move(request);
    retries = retry_policy{service().endpoint->host, service().retries};
    began_at = caf_compat::now(self);
    refreshing = waiters.empty();
    count(counters().refreshes, refreshing ? 1 : 0);
    negative_result.reset();
    emit([this] { return acquisition_started{key(), refreshing}; });
    start_attempt();
  }

  // An attempt, from its first request on.
  void start_attempt() {
    leg = 0;
    repeatable.reset();
    auto encoded = service().endpoint->encode(subject, refused_token_sha256());
    if (!encoded) {
      failed(std::move(encoded.error()));
      return;
    }
    send(*std::move(encoded));
  }

  void send(http_request request) {
    request.deadline = waiters.empty() ? caf_compat::now(self) + service().attempt_timeout
                                       : waiters.begin()->first;
    request.connect_timeout = service().connect_timeout;
    request.total_timeout = service().attempt_timeout;
    request.max_response_bytes = service().max_response_bytes;
    caf_compat::request(self, settings.http, std::move(request))
        .then([this](http_response& response) { responded(std::move(response)); },
              [this](const caf::error& failure) { failed(to_error(failure)); });
  }

  void responded(http_response response) {
    if (lifetime.ending()) {
      return;
    }
    const auto now = service().now();
    auto answer = service().endpoint->decode(subject, std::move(response), now.wall, leg);
    if (!answer) {
      failed(std::move(answer.error()));
      return;
    }
    if (auto* next = std::get_if<http_request>(&*answer)) {
      ++leg;
      repeatable = *next;
      send(std::move(*next));
      return;
    }
    granted(std::get<token_grant>(*std::move(answer)), now);
  }

  void granted(token_grant grant, const clock_reading& now) {
    grant.resource = key().resource;
    grant.refresh_on = refresh_on(grant, now.wall);
    auto validity = validity_of(grant, now, service().jitter());
    const bool refreshed = is_newer(grant);
    failed_refreshes = refreshed ? 0 : failed_refreshes + 1;
    if (!refreshed) {
      validity.refresh_at =
          now.boot + next_refresh_after(failed_refreshes, validity.end.boot - now.boot, {},
                                        service().jitter());
    }
    const access_token token{std::move(grant), token_source::identity_provider};
    // Before anybody is answered, so that whoever was answered finds it published.
    const auto token_changed =
        refreshed ? token_table::token_changed::yes : token_table::token_changed::no;
    if (is_usable(validity, now) &&
        service().table->publish(key(), token, validity, now, token_changed)) {
      caf_compat::send(self, settings.cache, refreshes_changed{});
    }
    finish();
    emit([&] {
      return acquisition_succeeded{key(), token.expires_on(), caf_compat::now(self) - began_at,
                                   waiters.size()};
    });
    if (refreshing) {
      emit([&] { return refresh_done{key(), refreshed}; });
    }
    emit([&] { return refresh_scheduled{key(), validity.refresh_at - now.boot}; });
    count(counters().tokens, waiters.size());
    const caf_compat::shared_answer answer{token};
    for (auto& item : std::exchange(waiters, {})) {
      item.second.answer(token, answer);
    }
  }

  // A host may go on returning the token that it gave before.
  [[nodiscard]] bool is_newer(const token_grant& grant) const {
    const auto held = service().table->find_held(key());
    return !held || !(held->token() == grant.token);
  }

  void failed(error failure) {
    if (lifetime.ending()) {
      return;
    }
    if (failure.source.empty()) {
      failure.source = service().endpoint->source;
    }
    if (failure.code == errc::deadline_exceeded) {
      on_not_admitted(failure);
      return;
    }
    const auto now = caf_compat::now(self);
    // Where nobody waits, the next attempt is the next renewal.
    const auto latest = waiters.empty() ? now : waiters.rbegin()->first;
    retry_at = retries.next(failure, leg == 0, now, latest, service().jitter());
    if (!retry_at) {
      if (is_refusal(service().endpoint->host, failure)) {
        negative_result = failure;
        negative_until = now + service().negative_cache_ttl;
      }
      fail_acquisition(failure);
      return;
    }
    count(counters().retries);
    last_failure = std::move(failure);
    // These would wait in vain.
    answer_until(*retry_at, last_failure);
    caf_compat::send_to_self_after(self, *retry_at - now, retry_due{++attempt});
    emit([&] { return acquisition_retried{key(), last_failure, *retry_at - now}; });
  }

  // The request has not left: its turn would have come after its deadline. That need not be so for
  // all who wait for it.
  void on_not_admitted(const error& failure) {
    answer_until(caf_compat::now(self) + failure.retry_after.value_or(std::chrono::milliseconds{0}),
                 failure);
    if (waiters.empty()) {
      fail_acquisition(failure);
    } else {
      start_attempt();
    }
  }

  void retry(std::uint64_t due) {
    if (!retry_at || due != attempt) {
      return;
    }
    retry_at.reset();
    if (repeatable) {
      send(*repeatable);
    } else {
      start_attempt();
    }
  }

  // Ends an acquisition that got no token. The one at hand stays, and its renewal is tried again.
  void fail_acquisition(const error& failure) {
    finish();
    emit([&] {
      return acquisition_failed{key(), failure, caf_compat::now(self) - began_at, waiters.size()};
    });
    if (refreshing) {
      postpone_refresh(failure);
    }
    answer_all(failure);
  }

  void postpone_refresh(const error& failure) {
    const auto now = service().now();
    const auto left = service().table->time_left(key(), now);
    const auto wait =
        next_refresh_after(++failed_refreshes, left, failure.retry_after, service().jitter());
    if (service().table->postpone_refresh(key(), now.boot + wait)) {
      caf_compat::send(self, settings.cache, refreshes_changed{});
    }
    emit([&] { return refresh_done{key(), false}; });
    emit([&] { return refresh_scheduled{key(), wait}; });
  }

  void finish() {
    acquiring = false;
    retry_at.reset();
    repeatable.reset();
  }

  void answer_all(const error& failure) { answer_until(time_point::max(), failure); }

  // Those whose deadline is not after that moment.
  void answer_until(time_point last, const error& failure) {
    const auto end = waiters.upper_bound(last);
    for (auto it = waiters.begin(); it != end; it = waiters.erase(it)) {
      count(counters().errors);
      it->second.answer(failure);
    }
  }

  // Those whose deadline has come are answered; the acquisition goes on for the others, and for the
  // next who asks. The cache, which watches the first deadline of each acquisition, is told the
  // next.
  void expire() {
    answer_until(caf_compat::now(self), expired(key().resource));
    if (!waiters.empty()) {
      caf_compat::send(self, settings.cache, deadline_set{settings.key, waiters.begin()->first});
    } else if (retry_at) {
      fail_acquisition(last_failure);
    }
  }

  [[nodiscard]] error expired(const std::string& resource) const {
    auto result = make_error(errc::deadline_exceeded,
                             "no token for " + resource + " from " + service().endpoint->address +
                                 " before the caller's deadline",
                             "Give the request more time, or see whether the endpoint answers");
    result.source = service().endpoint->source;
    return result;
  }

  // What the claims are about is the token that the caller was handed last, though it may have
  // expired since.
  [[nodiscard]] std::string refused_token_sha256() const {
    if (settings.key->claims.empty()) {
      return {};
    }
    const auto held = service().table->find_held(key());
    return held ? sha256_hex(held->token().reveal()) : std::string{};
  }

  template <class Make>
  void emit(Make make) const {
    service().observers->emit(make);
  }

  [[nodiscard]] const token_key& key() const { return settings.key->token; }
  [[nodiscard]] const service_context& service() const { return *settings.service; }
  [[nodiscard]] service_counters& counters() const { return *service().counters; }
  static void count(std::atomic<std::uint64_t>& counter, std::uint64_t n = 1) {
    service_counters::add(counter, n);
  }

  acquisition_actor::pointer self;
  actor_lifetime lifetime;
  acquisition_settings settings;
  std::multimap<time_point, waiter> waiters;
  std::size_t received = 0;

  // Of the acquisition under way: the request that it was begun for, whether nobody waited then,
  // how many of its requests have been answered, and the one to repeat that is not its first.
  bool acquiring = false;
  token_request subject;
  bool refreshing = false;
  time_point began_at{};
  unsigned leg = 0;
  std::optional<http_request> repeatable;

  // When the next attempt begins, if the one before has failed.
  retry_policy retries;
  std::optional<time_point> retry_at;
  error last_failure;
  std::uint64_t attempt = 0;

  // The host's last word, if it was a refusal: what it would say again.
  std::optional<error> negative_result;
  time_point negative_until{};

  unsigned failed_refreshes = 0;
};

}  // namespace

acquisition_actor spawn_acquisition(caf::actor_system& system, acquisition_settings settings) {
  auto alive = settings.service->live_actors->enter();
  return caf_compat::spawn<acquisition_actor, acquisition_state>(system, std::move(alive),
                                                                 std::move(settings));
}

}  // namespace midas::internal
