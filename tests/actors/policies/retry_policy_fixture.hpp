// Helpers that the tests of the retry policy share.
#pragma once

#include "actors/policies/retry_policy.hpp"
#include "transport/hosts/host_registry.hpp"

#include <chrono>
#include <optional>

namespace midas::internal::test::retries {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using time_point = retry_policy::time_point;

inline const auto all_hosts = identity_hosts();

inline const time_point start{1'000'000s};
inline constexpr auto never = time_point::max();
// The largest jitter.
inline constexpr double most = 0.999'999'999;

inline bool is_documented_transient(identity_host host, int status) {
  switch (status) {
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    case 404:
    case 410:
      return host == identity_host::imds;
    default:
      return host == identity_host::imds && status >= 500 && status < 600;
  }
}

inline bool is_documented_transient(errc code) {
  switch (code) {
    case errc::unreachable:
    case errc::connection_lost:
    case errc::request_timeout:
    case errc::invalid_http:
      return true;
    default:
      return false;
  }
}

inline error answer(int status, std::optional<milliseconds> retry_after = {}) {
  error result;
  result.code = errc::service_unavailable;
  result.http_status = status;
  result.retry_after = retry_after;
  return result;
}

inline error no_answer(errc code) {
  error result;
  result.code = code;
  return result;
}

// The policy of a service with the default options, or with other limits.
inline retry_policy policy_of(identity_host host, retry_limits limits = {}) {
  return {profile_of(host), limits};
}

inline retry_policy::decision decide(retry_policy& policy, const error& failure,
                                     time_point now = start, time_point latest = never,
                                     double jitter = 0) {
  return policy.after({failure, false, now, now, latest, jitter});
}

// When a first failure is retried; empty if it is not.
inline std::optional<time_point> first(identity_host host, const error& failure, time_point latest,
                                       double jitter) {
  auto policy = policy_of(host);
  const auto decision = decide(policy, failure, start, latest, jitter);
  return decision.retry ? std::optional{decision.next} : std::nullopt;
}

}  // namespace midas::internal::test::retries
