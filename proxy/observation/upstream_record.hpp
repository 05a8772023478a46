// What the events of a token service show of the host and of each token.
#pragma once

#include "proxy/observation/latency_buckets.hpp"
#include <midas/token_event.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace midas::internal::proxy {

using wall_time = std::chrono::system_clock::time_point;

/// One failure for people, without the host's own words, which may be long.
struct failure_text {
  std::string code{};
  std::string message{};
  std::string advice{};
  int status = 0;
};

/// What is known of one token. Times are empty if nothing is planned or has happened.
struct key_state {
  std::optional<wall_time> granted_at{};
  std::optional<std::chrono::sys_seconds> expires_on{};
  std::optional<wall_time> refresh_at{};
  /// An acquisition is in progress since then.
  std::optional<wall_time> acquiring_since{};
  bool in_background = false;
  /// The last acquisition failed.
  std::optional<failure_text> failure{};
  std::optional<wall_time> failed_at{};
  /// Tokens that the host granted.
  std::uint64_t granted = 0;
  wall_time changed{};
};

/// The same failure of one key in a row.
struct recent_failure {
  wall_time at{};
  token_key key{};
  failure_text failure{};
  /// How often in a row, and how many waiters got it altogether.
  std::uint64_t count = 1;
  std::uint64_t answered = 0;
};

/// How the host is.
struct host_state {
  /// Empty until the first event of the service.
  std::string name{};
  std::string address{};
  std::string reason{};
  std::optional<wall_time> throttled_until{};
  /// Set from the first failure of a run that lasts until the host answers again.
  std::optional<wall_time> failing_since{};
  std::uint64_t failures = 0;
  failure_text failure{};
  std::optional<wall_time> next_attempt{};
  std::optional<wall_time> last_answer{};
};

/// Counters as Prometheus wants them; all but the maps have fixed labels.
struct upstream_totals {
  /// By HTTP status, or by the code of the error if there was no answer. Those that are usual for
  /// the host are there once it is known.
  std::map<std::string, std::uint64_t, std::less<>> requests{};
  latency_histogram durations{};
  /// By the code of the error. Those that are usual are there from the beginning, so that their
  /// first retry is an increase.
  std::map<std::string, std::uint64_t, std::less<>> retries{
      {"connection_lost", 0}, {"invalid_http", 0},        {"invalid_response", 0},
      {"request_timeout", 0}, {"service_unavailable", 0}, {"throttled", 0},
      {"unreachable", 0}};
  /// By eviction_reason.
  std::array<std::uint64_t, 4> evictions{};
  /// Refreshes that got a newer token, and those after which the old one stays.
  std::uint64_t refreshed = 0;
  std::uint64_t kept = 0;

  [[nodiscard]] std::uint64_t request_count() const noexcept;
};

/// Follows the events of one service. Bounded: keeps 1,024 keys, of which those without a token
/// make room first, 20 failures and 64 statuses. Not thread-safe. Time is an argument.
class upstream_record {
 public:
  static constexpr std::size_t max_keys = 1'024;
  static constexpr std::size_t max_failures = 20;
  static constexpr std::size_t max_names = 64;

  using keys = std::unordered_map<token_key, key_state, token_key_hash>;

  void note(const token_event& event, wall_time now);

  [[nodiscard]] const upstream_totals& totals() const noexcept { return totals_; }
  [[nodiscard]] const host_state& host() const noexcept { return host_; }
  [[nodiscard]] const keys& states() const noexcept { return keys_; }
  /// The newest first.
  [[nodiscard]] const std::deque<recent_failure>& failures() const noexcept { return failures_; }

 private:
  struct noting;

  [[nodiscard]] key_state& state_of(const token_key& key, wall_time now);
  void make_room_for_key();

  upstream_totals totals_;
  host_state host_;
  keys keys_;
  std::deque<recent_failure> failures_;
};

}  // namespace midas::internal::proxy
