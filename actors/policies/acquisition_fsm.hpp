// The state machine of an acquisition. Pure: it takes events and returns actions; time and jitter
// are arguments.
#pragma once

#include "actors/policies/acquisition_actions.hpp"
#include "actors/policies/attempt_result.hpp"
#include "actors/policies/negative_cache.hpp"
#include "actors/policies/retry_policy.hpp"
#include <midas/token_request.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace midas::internal {

/// Begins the last sentence of the advice for a caller that cannot wait for the next attempt.
inline constexpr std::string_view no_time_for_another =
    "The caller's deadline leaves no time for another attempt";

/// Acquires tokens for one key, one acquisition at a time. Not thread-safe.
///
///            request, refresh                    failure: retry later
///     idle ------------------> asking ------------------------------> pausing
///      ^ \                      |  ^                                   |  ^ |
///      |  \  request, refresh: the pause of an earlier failure         |  | |
///      |   +-----------------------------------------------------------|--+ |
///      |   token, failure       |  |              timer due            |    |
///      +------------------------+  +-----------------------------------+    |
///      |                    last waiter left                                |
///      +--------------------------------------------------------------------+
///
/// While asking, an attempt is withdrawn if its waiters need the rest of their time for another
/// one, or if it has no waiters left. An exit request leads from each phase to `ending`, which is
/// final: later responses are ignored. An event that cannot occur in a phase (a response while no
/// request is in flight, a request while an acquisition is in progress) throws
/// std::bad_variant_access.
class acquisition_fsm {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// idle: no acquisition. asking: one HTTP request is in flight. pausing: the next attempt is
  /// scheduled. ending: the actor was asked to end.
  enum class phase { idle, asking, pausing, ending };

  /// What the machine needs to know about its actor.
  struct conditions {
    time_point now{};
    /// The latest deadline of the waiters; empty without waiters.
    std::optional<time_point> last_deadline{};
    /// How long the published token may still be handed out; 0 if there is none.
    std::chrono::nanoseconds usable_for{};
    double jitter = 0;

    [[nodiscard]] bool has_waiters() const noexcept {
      return last_deadline && *last_deadline > now;
    }
  };

  acquisition_fsm() = default;
  /// A refusal by the host is remembered for `negative_cache_ttl`.
  acquisition_fsm(const retry_policy& retries, std::chrono::nanoseconds negative_cache_ttl)
      : retries_(retries), negative_cache_ttl_(negative_cache_ttl) {}

  [[nodiscard]] phase current_phase() const noexcept { return static_cast<phase>(state_.index()); }

  /// The request that the acquisition was started for. Only while asking or pausing.
  [[nodiscard]] const token_request& request() const { return current().request; }

  /// How many HTTP requests of the current attempt were answered before the one in flight. Only
  /// while asking or pausing.
  [[nodiscard]] unsigned leg() const;

  /// The number of the attempt within the acquisition, from 1.
  [[nodiscard]] unsigned attempt() const noexcept { return retries_.attempt(); }

  /// How long the HTTP request that is about to be sent may take.
  [[nodiscard]] std::chrono::nanoseconds attempt_time(const conditions& at) const noexcept {
    return retries_.attempt_time(at.now, at.last_deadline);
  }

  /// When the host may be asked again after the last failure, whose pause may be over; empty if it
  /// determines no such time.
  [[nodiscard]] std::optional<time_point> asked_again_at() const noexcept {
    return last_failure_ ? std::optional{last_failure_->until} : std::nullopt;
  }

  /// The error for a request that cannot succeed before its deadline, or that has hardly any time
  /// after a pause (min_time_after_pause); empty if it should wait.
  [[nodiscard]] std::optional<error> refusal(time_point deadline, time_point now) const;

  /// True if nothing is lost when the actor ends: no acquisition is in progress, no failure
  /// determines when the host may be asked again, and no failed refreshes need to be counted for a
  /// token that is still usable. With `forget_refusals`, a refusal does not count: there may be any
  /// number of keys that the host refuses.
  [[nodiscard]] bool is_disposable(std::chrono::nanoseconds usable_for, time_point now,
                                   bool forget_refusals = false) const noexcept;

  /// Begins with the memory of a failure: the host must not be asked before `until`.
  void remember(error failure, time_point until);

  /// A request that refusal() let pass waits: starts an acquisition. Only while idle; a later
  /// request waits for the same acquisition.
  acquisition_actions on_request(token_request&& request, time_point now);

  /// The refresh of the published token is due. Starts an acquisition of `request` without waiters
  /// if the machine is idle, which fails at once while a refusal is remembered; otherwise the
  /// acquisition in progress becomes a refresh.
  acquisition_actions on_refresh_due(token_request request, const conditions& at);

  /// The request in flight ended.
  acquisition_actions on_result(attempt_result result, const conditions& at);

  /// The timer of that number, the number of set_timer or pause_until, has fired. Ignored if the
  /// phase has changed meanwhile.
  acquisition_actions on_timer(std::uint64_t number, const conditions& at);

  /// At least one waiter has left, because its deadline has passed or because it was canceled.
  acquisition_actions on_waiter_left(const conditions& at);

  /// The actor must end; all waiters are answered with `reason`.
  acquisition_actions on_exit(error reason);

 private:
  // Any leg but the first. A retry repeats only this leg.
  struct later_leg {
    unsigned number = 1;
    http_request request;
  };

  struct acquisition {
    token_request request;
    bool refreshing = false;
    time_point started_at{};
    time_point attempt_started_at{};
    // None during the first leg.
    std::optional<later_leg> later{};
  };

  struct idle {};
  struct asking {
    acquisition current;
    bool withdrawn = false;
  };
  struct pausing {
    acquisition current;
    time_point until;
    error failure;
  };
  struct ending {
    error reason;
  };

  // The last failure, as long as it determines when the host may be asked again.
  struct remembered_failure {
    error failure;
    time_point until;
    // Waiting until then may help.
    bool may_succeed = true;
  };

  [[nodiscard]] bool is_ending() const noexcept { return current_phase() == phase::ending; }
  // The acquisition in progress. The only places that check whether an event is legal.
  [[nodiscard]] const acquisition& current() const;
  [[nodiscard]] acquisition& asked() { return std::get<asking>(state_).current; }

  acquisition_actions on(token_granted granted, const conditions& at);
  acquisition_actions on(challenged challenge, const conditions& at);
  acquisition_actions on(const attempt_failed& failed, const conditions& at);
  acquisition_actions on(const attempt_not_admitted& refused, const conditions& at);
  acquisition_actions start(token_request request, bool refreshing, const conditions& at);
  acquisition_actions resume(const conditions& at);
  acquisition_actions withdraw();
  acquisition_actions pause(acquisition paused, time_point until, const error& failure);
  acquisition_actions fail(const error& failure, const conditions& at);

  retry_policy retries_;
  std::chrono::nanoseconds negative_cache_ttl_{};
  // In the order of `phase`.
  std::variant<idle, asking, pausing, ending> state_;
  negative_cache negative_;
  std::optional<remembered_failure> last_failure_;
  // Counts the timers, so that one of an earlier phase is recognized.
  std::uint64_t timer_ = 0;
  // Since the last refresh that returned a new token.
  unsigned failed_refreshes_ = 0;
};

}  // namespace midas::internal
