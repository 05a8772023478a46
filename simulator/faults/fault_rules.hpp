// Fault rules as values. docs/simulator.md describes the language of rules files.
#pragma once

#include "simulator/faults/latency_distribution.hpp"
#include "simulator/http/http_exchange.hpp"
#include "simulator/tokens/token_change.hpp"
#include <midas/simulated_host_options.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace midas::internal::simulator {

/// Selects requests by number, counted from 1 among those that match the rest of the rule.
struct nth_request {
  std::uint64_t from = 1;
  std::uint64_t to = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t every = 1;

  [[nodiscard]] bool holds(std::uint64_t number) const noexcept {
    return number >= from && number <= to && number % every == 0;
  }
};

/// The time since the rules took effect, from `from` until just before `to`.
struct time_window {
  std::chrono::nanoseconds from{0};
  std::chrono::nanoseconds to = std::chrono::nanoseconds::max();
  /// The window recurs after this time, measured from the same start. Empty: it does not.
  std::optional<std::chrono::nanoseconds> every{};

  [[nodiscard]] bool holds(std::chrono::nanoseconds elapsed) const noexcept {
    const auto position = every ? elapsed % *every : elapsed;
    return position >= from && position < to;
  }
};

/// The conditions of a rule. All of those that are set must hold.
struct fault_match {
  std::optional<identity_host> host{};
  std::optional<std::string> resource{};
  /// The id that the request names, compared case-insensitively. Empty text matches requests that
  /// name none.
  std::optional<std::string> identity{};
  nth_request nth{};
  time_window window{};
  double probability = 1;
};

struct fault_action {
  /// The members of the action in the rules file, in the order of this struct, joined by '+'.
  std::string name{};

  std::optional<int> status{};
  std::optional<std::string> body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::optional<std::string> content_type{};
  std::optional<std::string> redirect{};
  std::optional<latency_distribution> latency{};
  wire_fault wire{};
  token_change token{};
  /// Replaces the value of expires_on.
  std::optional<std::string> expires_on_form{};

  /// The host's own answer is replaced, not modified.
  [[nodiscard]] bool replaces_answer() const noexcept { return status || redirect; }
};

struct fault_rule {
  fault_match match{};
  fault_action action{};
};

/// The text of a rules file without rules.
inline constexpr std::string_view no_fault_rules = R"({"rules":[]})";

/// Reads a rules file; empty text has no rules. Throws std::invalid_argument if the file is
/// malformed; what() names the rule, its member and how to correct it.
[[nodiscard]] std::vector<fault_rule> parse_fault_rules(std::string_view json);

}  // namespace midas::internal::simulator
