// What <midas/adapters/azure_core.hpp> decides about a request of the Azure SDK, on plain values,
// so that it is compiled and tested without azure-core.
#pragma once

#include <midas/error.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace midas::detail {

/// The only scope of a request; null if there is none, or if the scopes differ.
inline const std::string* sole_scope(const std::vector<std::string>& scopes) noexcept {
  const auto is_first = [&scopes](const std::string& scope) { return scope == scopes.front(); };
  return !scopes.empty() && std::all_of(scopes.begin() + 1, scopes.end(), is_first)
             ? &scopes.front()
             : nullptr;
}

/// An error that the host has no part in.
inline error made_here(errc code, std::string message, std::string advice) {
  error made;
  made.code = code;
  made.message = std::move(message);
  made.advice = std::move(advice);
  return made;
}

/// Why a request without a sole scope fails.
inline error scopes_error(const std::vector<std::string>& scopes) {
  if (scopes.empty()) {
    return made_here(errc::invalid_resource, "the request has no scope",
                     "Set TokenRequestContext::Scopes to one scope, e.g. "
                     "https://storage.azure.com/.default");
  }
  return made_here(errc::invalid_resource,
                   "the request has " + std::to_string(scopes.size()) +
                       " scopes that differ, and a token is for one resource",
                   "Request one token for each scope");
}

/// Why a request fails whose deadline passed before it was answered.
inline error deadline_error() {
  return made_here(errc::deadline_exceeded, "no token before the deadline of the operation",
                   "Allow more time, or check whether the endpoint answers");
}

/// The time from `now` until `deadline`, at most `limit`; zero if the deadline has passed. `now` is
/// after the clock's epoch. The points in time may lie further apart than nanoseconds can count.
template <class Clock, class Duration>
constexpr std::chrono::nanoseconds time_until(std::chrono::time_point<Clock, Duration> deadline,
                                              std::chrono::time_point<Clock, Duration> now,
                                              std::chrono::nanoseconds limit) {
  if (deadline <= now) {
    return std::chrono::nanoseconds::zero();
  }
  const auto left = deadline - now;
  return left >= std::chrono::ceil<Duration>(limit) ? limit : std::chrono::nanoseconds{left};
}

/// True if a token that expires at `expires_on` lasts for longer than `minimum` from `now` on. The
/// minimum may be the longest duration: with that, the SDK reports a token that a service rejected.
template <class Duration>
constexpr bool lasts(std::chrono::sys_seconds expires_on, std::chrono::sys_seconds now,
                     Duration minimum) noexcept {
  return expires_on - now > std::chrono::floor<std::chrono::seconds>(minimum);
}

/// The text of an AuthenticationException.
inline std::string exception_text(const error& failure) { return "midas: " + to_string(failure); }

/// The tokens whose refresh has recently not given what the SDK wanted, so that a thousand clients
/// whose token a service rejects do not cause a thousand requests to the host. Any thread.
class refresh_pauses {
 public:
  /// For this long, the cached token is all that the SDK gets.
  static constexpr std::chrono::seconds length{30};

  [[nodiscard]] bool contains(std::uint64_t key,
                              std::chrono::steady_clock::time_point now) const noexcept {
    return now.time_since_epoch().count() < ends_[key % ends_.size()].load();
  }

  /// Keys that share a place share their pauses.
  void begin(std::uint64_t key, std::chrono::steady_clock::time_point now) noexcept {
    ends_[key % ends_.size()].store((now + length).time_since_epoch().count());
  }

 private:
  std::array<std::atomic<std::chrono::steady_clock::rep>, 1'024> ends_{};
};

}  // namespace midas::detail
