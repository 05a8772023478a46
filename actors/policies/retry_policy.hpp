// Decides when a host may be asked again after a failed attempt, and how long an attempt may take.
// Pure: time and jitter are arguments.
//
// Sources: Microsoft Learn, "How to use managed identities for Azure resources on an Azure VM to
// acquire an access token", section "Retry guidance"; the pauses are those of MSAL .NET. The
// numbers of each host are in its row of the registry.
#pragma once

#include "transport/hosts/host_profile.hpp"
#include <midas/error.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace midas::internal {

/// Upper bound on an honored Retry-After.
constexpr std::chrono::milliseconds max_retry_after{60'000};

/// The time of an attempt unless earlier ones have timed out: a host that answers does so sooner.
constexpr std::chrono::milliseconds first_attempt_time{5'000};

/// How often an answer for which host_profile::may_pass is true is retried; if the host repeats it
/// then, it is final.
constexpr std::size_t doubtful_retries = 3;

/// What an application may choose; see token_service_options.
struct retry_limits {
  /// The retries of one acquisition; empty without a limit.
  std::optional<std::size_t> max_retries{};
  std::chrono::nanoseconds attempt_timeout = std::chrono::seconds{30};
};

/// The pace at which the host is asked for one key. It survives the acquisition that failed, so
/// that the next one continues at the same pace. Not thread-safe.
class retry_policy {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Never retries.
  retry_policy() = default;
  /// `profile` must outlive the policy.
  retry_policy(const host_profile& profile, const retry_limits& limits) noexcept
      : profile_(&profile), limits_(limits) {}

  /// An attempt that failed.
  struct failed_attempt {
    const error& failure;
    /// The request that begins an acquisition; see host_profile::begins_with_challenge.
    bool is_first_leg = false;
    time_point started_at{};
    time_point now{};
    /// The last deadline of the waiters.
    time_point latest{};
    /// Between 0 and 1: the fraction of the scheduled pause that is added to it. Also if this
    /// acquisition is not retried, since the machines of a fleet whose callers do not wait would
    /// ask again at the same time; but then not after retry_schedule::update_status, because an
    /// update of the host concerns one machine, and its pause is long.
    double jitter = 0;
  };

  struct decision {
    /// When the host may be asked again, for any caller.
    time_point next{};
    /// The same request may succeed then.
    bool may_succeed = false;
    /// This acquisition is retried at `next`, which leaves the last waiter min_time_after_pause.
    bool retry = false;
  };

  /// An acquisition begins: its retries are counted from zero.
  void begin() noexcept { retries_ = 0; }

  /// The number of the attempt, from 1.
  [[nodiscard]] unsigned attempt() const noexcept { return static_cast<unsigned>(retries_) + 1; }

  /// The pause is that of the host's retry_schedule, or the Retry-After of the failure if that is
  /// longer. After a timeout it counts from the start of the attempt.
  [[nodiscard]] decision after(const failed_attempt& attempt) noexcept;

  /// The host granted a token: the pauses start from the beginning.
  void succeeded() noexcept { failures_ = timeouts_ = 0; }

  /// The time after which the next attempt, begun at `now`, is given up. It leaves the last waiter
  /// time for another attempt if that could follow, unless the previous attempt timed out: a host
  /// may be slow. It doubles with each timeout, up to the limit, which is also the time of an
  /// attempt that is not retried.
  [[nodiscard]] std::chrono::nanoseconds attempt_time(
      time_point now, std::optional<time_point> latest) const noexcept;

  /// True if an attempt that is not answered now should make room for another one, for waiters
  /// with more time than the one whose deadline has passed.
  [[nodiscard]] bool should_repeat(time_point started_at, time_point now) const noexcept;

  /// The minimum time that the host gets to answer an attempt without waiters.
  [[nodiscard]] std::chrono::nanoseconds min_attempt_time() const noexcept;

 private:
  [[nodiscard]] bool may_retry() const noexcept {
    return profile_ != nullptr && (!limits_.max_retries || retries_ < *limits_.max_retries);
  }

  const host_profile* profile_ = nullptr;
  retry_limits limits_;
  // In a row.
  std::size_t failures_ = 0;
  unsigned timeouts_ = 0;
  // Of the acquisition in progress.
  std::size_t retries_ = 0;
};

/// Whether the same request may succeed a little later.
[[nodiscard]] bool is_transient(const host_profile& profile, const error& failure) noexcept;

/// Whether host_profile::may_pass says so of the failure.
[[nodiscard]] bool is_doubtful(const host_profile& profile, const error& failure) noexcept;

/// Whether the host rejected the request for good, because of the request or of the host's
/// configuration: repeating the request within seconds would give the same error.
[[nodiscard]] bool is_refusal(const host_profile& profile, const error& failure) noexcept;

}  // namespace midas::internal
