// Decides whether and when a failed attempt is retried. Pure: time and jitter are arguments.
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

/// The retries of one acquisition. Not thread-safe.
class retry_policy {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Retries nothing.
  retry_policy() = default;
  /// `profile` must outlive the policy. Retries nothing unless `enabled`.
  explicit retry_policy(const host_profile& profile, bool enabled = true) noexcept
      : profile_(enabled ? &profile : nullptr) {}

  /// When to retry after `failure`. Empty if the failure is final: because the same request would
  /// fail again, because the retries are used up, or because the retry would not be before
  /// `latest`, the last deadline of the waiters.
  ///
  /// The pause is that of the host's retry_schedule, or the Retry-After of the failure if that is
  /// longer. `jitter`, between 0 and 1, is the fraction of the scheduled pause that is added to it.
  /// `first_leg` marks the request that begins an acquisition; see
  /// host_profile::begins_with_challenge.
  [[nodiscard]] std::optional<time_point> next(const error& failure, bool first_leg, time_point now,
                                               time_point latest, double jitter) noexcept;

 private:
  const host_profile* profile_ = nullptr;
  std::size_t failures_ = 0;
  std::size_t allowed_ = 0;
};

/// Whether the same request may succeed a little later.
[[nodiscard]] bool is_transient(const host_profile& profile, const error& failure) noexcept;

/// Whether the host rejected the request for good, because of the request or of the host's
/// configuration: repeating the request within seconds would give the same error.
[[nodiscard]] bool is_refusal(const host_profile& profile, const error& failure) noexcept;

}  // namespace midas::internal
