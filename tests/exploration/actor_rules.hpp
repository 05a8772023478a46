// What must hold for the actors of a token service, whatever the order of their messages. Pure.
#pragma once

#include <midas/error.hpp>
#include <midas/host_limits.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::exploration {

// Points in time are milliseconds since the start of the schedule.
using std::chrono::milliseconds;

/// Requests of one unit are coalesced: a key, and the claims if there are any.
struct request_unit {
  std::string key{};
  std::string claims{};

  friend auto operator<=>(const request_unit&, const request_unit&) = default;
};

[[nodiscard]] inline std::string to_string(const request_unit& unit) {
  return unit.key + (unit.claims.empty() ? "" : "/" + unit.claims);
}

enum class caller_kind { callback, actor, thread };

struct caller_facts {
  request_unit unit{};
  caller_kind kind{};
  bool forced = false;
  milliseconds timeout{};
};

struct answer_facts {
  /// The token, as the test's host names it; empty if the answer is an error.
  std::optional<std::string> token{};
  errc code{};
  std::optional<std::chrono::nanoseconds> retry_after{};
};

/// How an exchange ended, as far as the rules distinguish it. A refusal is remembered for
/// `refusals_last`; `unknown` shows nothing of the next exchange.
enum class exchange_end { token, failure, refusal, unknown };

/// How an exchange ends to which the host gives that answer; see answers_of_host().
[[nodiscard]] exchange_end end_of(std::string_view answer);

/// The default of token_service_options::negative_cache_ttl.
inline constexpr milliseconds refusals_last{5'000};

/// For how long the same claims are not sent again to a host that does not learn of them.
inline constexpr milliseconds claims_last{60'000};

struct violation {
  /// The name of the rule; see all_rules().
  std::string rule{};
  std::string text{};
};

/// The names of the rules.
[[nodiscard]] const std::vector<std::string_view>& all_rules();

/// Receives what happens, step by step, and notes each violation of a rule. A state is quiet if no
/// actor has a message to handle: only then has every actor reacted to all that happened before.
class actor_rules {
 public:
  /// Violations of the rules in `ignored` are not noted.
  explicit actor_rules(host_limits limits, std::set<std::string_view> ignored = {})
      : limits_(limits), ignored_(std::move(ignored)) {}

  // -- callers, numbered from 0 --
  void asked(const caller_facts& facts);
  void cancelled(std::size_t caller);
  void answered(std::size_t caller, const answer_facts& answer);

  // -- exchanges, numbered from 0 in the order in which they start --
  void exchange_started(const request_unit& unit);
  void exchange_ended(std::size_t number, exchange_end end);
  /// The number of the exchange that first returned the token `token-N` is N.
  void published(const std::string& key, std::optional<std::size_t> exchange,
                 std::chrono::nanoseconds usable_for);

  // -- actors --
  void acquisition_started(const std::string& key, bool in_background);
  void acquisition_ended(const std::string& key) { keys_[key].refreshing = false; }
  void refresh_due(const std::string& key) { keys_[key].refreshing = true; }
  /// The cache actor or the HTTP actor died, or an acquisition actor did.
  void actor_died();
  void shut_down() { shut_down_ = true; }
  /// All actors have left the service's gate: a shutdown returns now.
  void gate_left();

  void time_passed(milliseconds by) { now_ += by; }
  /// A step has been made.
  void step_done(bool quiet);
  /// The schedule is over: everything should have ended.
  void finished(std::size_t live_actors, std::size_t open_exchanges, bool gate_is_empty);

  [[nodiscard]] const std::vector<violation>& violations() const noexcept { return violations_; }
  [[nodiscard]] milliseconds now() const noexcept { return now_; }
  [[nodiscard]] bool all_answered() const;
  [[nodiscard]] std::size_t callers() const noexcept { return callers_.size(); }
  [[nodiscard]] bool is_waiting(std::size_t caller) const { return is_waiting(callers_[caller]); }

 private:
  struct caller_state {
    caller_facts facts;
    std::size_t number = 0;
    std::size_t asked_in_step = 0;
    milliseconds asked_at{};
    // The actors had already left the gate, so that the service's front answers.
    bool is_late = false;
    // Empty until the first quiet state: the actors may have read the request until then.
    std::optional<milliseconds> deadline{};
    bool is_cancelled = false;
    std::size_t answers = 0;
  };

  struct exchange_state {
    request_unit unit;
    std::size_t started_in_step = 0;
    milliseconds started_at{};
    // The earliest step in which the acquisition can have begun.
    std::size_t wanted_since_step = 0;
    std::size_t deaths_before = 0;
    // An actor has died, and those that it leaves behind may not have ended yet.
    bool amid_death = false;
    bool open = true;
  };

  struct unit_state {
    // A caller waited at some time since the last quiet state, that state included.
    bool was_wanted = false;
    // A caller has left since the last quiet state.
    bool was_left = false;
    std::optional<milliseconds> last_wanted{};
    std::optional<exchange_end> last_end{};
    std::optional<milliseconds> last_failure{};
    std::optional<milliseconds> last_refusal{};
    std::optional<std::size_t> last_exchange{};
    // The host has granted a token for the unit.
    bool was_granted = false;
    // When the host granted the last token for claims, and when that which a caller has received.
    std::optional<milliseconds> claims_granted{};
    std::optional<milliseconds> claims_answered{};
    // As of the last quiet state: the earliest deadline of the callers of an acquisition that waits
    // for its first exchange.
    std::optional<milliseconds> queued_with{};
    // In the last quiet state, no caller waited for the exchange in flight.
    bool was_unwanted = false;
  };

  struct key_state {
    bool refreshing = false;
    std::size_t acquisition_step = 0;
    std::optional<std::size_t> published{};
    std::optional<milliseconds> usable_until{};
    // For how long the token may be handed out in all.
    std::chrono::nanoseconds life{};
    std::optional<milliseconds> last_asked{};
  };

  void note(std::string_view rule, std::string text);
  [[nodiscard]] static bool is_waiting(const caller_state& each) {
    return each.answers == 0 && !each.is_cancelled;
  }
  [[nodiscard]] std::string describe(const caller_state& each) const;
  // Of the callers that wait: an upper bound, which counts from when the actors have read the
  // request for certain, and a lower bound, which counts from the call.
  [[nodiscard]] std::optional<milliseconds> first_deadline(const request_unit& unit) const;
  [[nodiscard]] std::optional<milliseconds> earliest_deadline(const request_unit& unit) const;
  // The same, counting also callers that were canceled: their requests may still be ahead in the
  // queue.
  [[nodiscard]] std::optional<milliseconds> earliest_deadline_with_canceled(
      const request_unit& unit) const;
  [[nodiscard]] bool may_be_withdrawn(const exchange_state& each) const;
  void check_limits();
  void check_turn(const request_unit& unit);
  void check_waiting();
  void check_given_up();
  void remember_quiet_state();

  host_limits limits_;
  std::set<std::string_view> ignored_;
  milliseconds now_{};
  std::size_t step_ = 0;
  std::size_t deaths_ = 0;
  // As of the last quiet state.
  std::size_t deaths_when_quiet_ = 0;
  milliseconds quiet_at_{};
  bool shut_down_ = false;
  bool gate_left_ = false;
  std::vector<caller_state> callers_;
  std::vector<exchange_state> exchanges_;
  std::map<request_unit, unit_state> units_;
  std::map<std::string, key_state> keys_;
  std::vector<violation> violations_;
};

}  // namespace midas::internal::exploration
