// Whether what failed is tried again, and when. Pure: time and chance are arguments.
//
// Facts: Microsoft Learn, "How to use managed identities on a virtual machine", section "Retry
// guidance"; the steps are those of MSAL for .NET.
#pragma once

#include "transport/hosts/host_protocol.hpp"
#include <midas/error.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace midas::internal {

/// A host asks for longer than this in vain: nobody waits so long.
constexpr std::chrono::milliseconds max_retry_after{60'000};

/// The retries of one acquisition. Not thread-safe.
class retry_policy {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  retry_policy() = default;
  /// One that is not `enabled` retries nothing.
  explicit retry_policy(identity_host host, bool enabled = true) noexcept
      : host_(host), enabled_(enabled) {}

  /// When to try again after that failure; nothing when it is final: because trying again would
  /// change nothing, because it has been tried often enough (three times; seven when the first
  /// failure was IMDS's 410, which lasts as long as an update of it, 70 s and more), or because
  /// that would be after `latest`, when nobody waits any more.
  ///
  /// It is after 1, 2, 4 s (10 s each for a 410 of IMDS; elsewhere 1 s each), or after what the
  /// host asked for if that is longer; and as much again, `spread` of it between 0 and 1, is left
  /// to chance. `first_leg` is the request that Azure Arc answers with its challenge, which is not
  /// repeated after a 4xx.
  [[nodiscard]] std::optional<time_point> next(const error& failure, bool first_leg, time_point now,
                                               time_point latest, double jitter) noexcept;

 private:
  identity_host host_ = identity_host::imds;
  bool enabled_ = true;
  std::size_t failures_ = 0;
  std::size_t allowed_ = 0;
};

/// Whether the same request may fare better a little later.
[[nodiscard]] bool is_transient(identity_host host, const error& failure) noexcept;

/// Whether the host has refused the request for good: what is wrong is the request, or how the host
/// is set up, and whoever repeats it in the next seconds can be told the same.
[[nodiscard]] bool is_refusal(identity_host host, const error& failure) noexcept;

}  // namespace midas::internal
