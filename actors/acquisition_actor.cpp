#include "actors/acquisition_actor.hpp"

#include "actors/policies/refresh_policy.hpp"
#include "actors/policies/retry_policy.hpp"
#include "actors/support/waiter.hpp"
#include "transport/formats/sha256.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <variant>

namespace midas {

namespace {

using time_point = std::chrono::steady_clock::time_point;

struct acquisition_state {
  static inline const char* name = "midas.acquisition";

  explicit acquisition_state(acquisition_actor::pointer actor) : self(actor) {}

  void start(acquisition_settings given) {
    settings = std::move(given);
    pass = settings.service->alive->enter();
    dialect::on_exit_request(self, [this](const caf::error& reason) {
      ending = reason;
      if (acquiring && renewing) {
        // For whoever takes this actor's place.
        service().table->postpone_renewal(key(), service().now().boot);
      }
      settle();
      answer_all(end_error(ending));
      dialect::send(self, acquisition_actor{self}, end_due{});
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
        [this](renewal_due) { renew(); },
        [this](retry_due due) { retry(due.attempt); },
        [this](settled_query) {
          if (is_settled()) {
            dialect::send(self, settings.cache, acquisition_settled{settings.key, received});
          }
        },
        [this](end_due) { self->quit(ending); },
    };
  }

  void admit(acquisition_request& asked, waiter caller) {
    ++received;
    const auto now = dialect::now(self);
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
        caller.answer(found->token, dialect::shared_answer{found->token});
        return;
      }
    }
    waiters.emplace(asked.deadline, std::move(caller));
    if (acquiring) {
      count(counters().coalesced);
      tell([this] { return acquisition_joined{key()}; });
    } else {
      acquire(std::move(asked.request));
    }
  }

  // What a request is told at once: nothing, unless no token can come for it.
  std::optional<error> refuse(const acquisition_request& asked, time_point now) {
    if (ending) {
      return end_error(ending);
    }
    if (asked.deadline <= now) {
      return expired(asked.request.resource);
    }
    if (retry_at && asked.deadline <= *retry_at) {
      return last_failure;
    }
    if (refusal && now < refused_until) {
      return refusal;
    }
    return std::nullopt;
  }

  // Nobody would miss it: neither somebody who waits, nor the next renewal, which has to know how
  // many have been in vain.
  [[nodiscard]] bool is_settled() const {
    return !acquiring && waiters.empty() &&
           (renewals_in_vain == 0 ||
            service().table->time_left(key(), service().now()) == std::chrono::nanoseconds{0});
  }

  void renew() {
    if (ending || !service().table->is_renewal_due(key(), service().now())) {
      return;
    }
    if (acquiring) {
      renewing = true;
      return;
    }
    acquire({.identity = key().identity, .resource = key().resource});
  }

  void acquire(token_request request) {
    acquiring = true;
    count(counters().acquisitions);
    subject = std::move(request);
    retries = retry_policy{service().endpoint->host, service().retries};
    began_at = dialect::now(self);
    renewing = waiters.empty();
    count(counters().renewals, renewing ? 1 : 0);
    refusal.reset();
    tell([this] { return acquisition_started{key(), renewing}; });
    start_attempt();
  }

  // An attempt, from its first request on.
  void start_attempt() {
    step = 0;
    repeatable.reset();
    auto encoded = service().endpoint->encode(subject, refused_token_sha256());
    if (!encoded) {
      failed(std::move(encoded.error()));
      return;
    }
    send(*std::move(encoded));
  }

  void send(http_request request) {
    request.deadline =
        waiters.empty() ? dialect::now(self) + service().attempt_timeout : waiters.begin()->first;
    request.connect_timeout = service().connect_timeout;
    request.total_timeout = service().attempt_timeout;
    request.max_response_bytes = service().max_response_bytes;
    dialect::request(self, settings.http, std::move(request))
        .then([this](http_response& response) { responded(std::move(response)); },
              [this](const caf::error& failure) { failed(to_error(failure)); });
  }

  void responded(http_response response) {
    if (ending) {
      return;
    }
    const auto now = service().now();
    auto answer = service().endpoint->decode(subject, std::move(response), now.wall, step);
    if (!answer) {
      failed(std::move(answer.error()));
      return;
    }
    if (auto* next = std::get_if<http_request>(&*answer)) {
      ++step;
      repeatable = *next;
      send(std::move(*next));
      return;
    }
    granted(std::get<token_grant>(*std::move(answer)), now);
  }

  void granted(token_grant grant, const moment& now) {
    grant.resource = key().resource;
    grant.refresh_on = refresh_on(grant, now.wall);
    auto validity = validity_of(grant, now, service().chance());
    const bool renewed = is_newer(grant);
    renewals_in_vain = renewed ? 0 : renewals_in_vain + 1;
    if (!renewed) {
      validity.refresh_at =
          now.boot + next_renewal_after(renewals_in_vain, validity.end.boot - now.boot, {},
                                        service().chance());
    }
    const access_token token{std::move(grant), token_source::identity_provider};
    // Before anybody is answered, so that whoever was answered finds it published.
    const auto novelty = renewed ? token_table::novelty::another : token_table::novelty::the_same;
    if (is_usable(validity, now) &&
        service().table->publish(key(), token, validity, now, novelty)) {
      dialect::send(self, settings.cache, renewals_changed{});
    }
    settle();
    tell([&] {
      return acquisition_succeeded{key(), token.expires_on(), dialect::now(self) - began_at,
                                   waiters.size()};
    });
    if (renewing) {
      tell([&] { return refresh_done{key(), renewed}; });
    }
    tell([&] { return refresh_scheduled{key(), validity.refresh_at - now.boot}; });
    count(counters().tokens, waiters.size());
    const dialect::shared_answer answer{token};
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
    if (ending) {
      return;
    }
    if (failure.source.empty()) {
      failure.source = service().endpoint->source;
    }
    if (failure.code == errc::deadline_exceeded) {
      not_served(failure);
      return;
    }
    const auto now = dialect::now(self);
    // Where nobody waits, the next attempt is the next renewal.
    const auto latest = waiters.empty() ? now : waiters.rbegin()->first;
    retry_at = retries.next(failure, step == 0, now, latest, service().chance());
    if (!retry_at) {
      if (is_refusal(service().endpoint->host, failure)) {
        refusal = failure;
        refused_until = now + service().refusal_memory;
      }
      end_in_vain(failure);
      return;
    }
    count(counters().retries);
    last_failure = std::move(failure);
    // These would wait in vain.
    answer_until(*retry_at, last_failure);
    dialect::send_to_self_after(self, *retry_at - now, retry_due{++attempt});
    tell([&] { return acquisition_retried{key(), last_failure, *retry_at - now}; });
  }

  // The request has not left: its turn would have come after its deadline. That need not be so for
  // all who wait for it.
  void not_served(const error& failure) {
    answer_until(dialect::now(self) + failure.retry_after.value_or(std::chrono::milliseconds{0}),
                 failure);
    if (waiters.empty()) {
      end_in_vain(failure);
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
  void end_in_vain(const error& failure) {
    settle();
    tell([&] {
      return acquisition_failed{key(), failure, dialect::now(self) - began_at, waiters.size()};
    });
    if (renewing) {
      postpone_renewal(failure);
    }
    answer_all(failure);
  }

  void postpone_renewal(const error& failure) {
    const auto now = service().now();
    const auto left = service().table->time_left(key(), now);
    const auto wait =
        next_renewal_after(++renewals_in_vain, left, failure.retry_after, service().chance());
    if (service().table->postpone_renewal(key(), now.boot + wait)) {
      dialect::send(self, settings.cache, renewals_changed{});
    }
    tell([&] { return refresh_done{key(), false}; });
    tell([&] { return refresh_scheduled{key(), wait}; });
  }

  void settle() {
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
    answer_until(dialect::now(self), expired(key().resource));
    if (!waiters.empty()) {
      dialect::send(self, settings.cache, deadline_set{settings.key, waiters.begin()->first});
    } else if (retry_at) {
      end_in_vain(last_failure);
    }
  }

  [[nodiscard]] error expired(const std::string& resource) const {
    auto result = fail(errc::deadline_exceeded,
                       "no token for " + resource + " from " + service().endpoint->address +
                           " before the caller's deadline",
                       "Give the request more time, or see whether the endpoint answers")
                      .value();
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
  void tell(Make make) const {
    service().observers->tell(make);
  }

  [[nodiscard]] const token_key& key() const { return settings.key->token; }
  [[nodiscard]] const service_context& service() const { return *settings.service; }
  [[nodiscard]] token_service_counters& counters() const { return *service().counters; }
  static void count(std::atomic<std::uint64_t>& counter, std::uint64_t n = 1) {
    token_service_counters::add(counter, n);
  }

  acquisition_actor::pointer self;
  gate::pass pass;
  acquisition_settings settings;
  std::multimap<time_point, waiter> waiters;
  std::size_t received = 0;

  // Of the acquisition under way: the request that it was begun for, whether nobody waited then,
  // how many of its requests have been answered, and the one to repeat that is not its first.
  bool acquiring = false;
  token_request subject;
  bool renewing = false;
  time_point began_at{};
  unsigned step = 0;
  std::optional<http_request> repeatable;

  // When the next attempt begins, if the one before has failed.
  retry_policy retries;
  std::optional<time_point> retry_at;
  error last_failure;
  std::uint64_t attempt = 0;

  // The host's last word, if it was a refusal: what it would say again.
  std::optional<error> refusal;
  time_point refused_until{};

  unsigned renewals_in_vain = 0;
  // Why it has been asked to end; nothing as long as it has not.
  caf::error ending;
};

}  // namespace

acquisition_actor spawn_acquisition(caf::actor_system& system, acquisition_settings settings) {
  return dialect::spawn<acquisition_actor, acquisition_state>(system, std::move(settings));
}

}  // namespace midas
