// The rules by which a simulated host goes wrong, as values. docs/simulator.md has their language.
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

/// Which of the requests that match the rest of a rule, counted from 1.
struct nth_request {
  std::uint64_t from = 1;
  std::uint64_t to = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t every = 1;

  [[nodiscard]] bool holds(std::uint64_t number) const noexcept {
    return number >= from && number <= to && number % every == 0;
  }
};

/// Since the rules are in force: from `from` on, and before `to`.
struct time_window {
  std::chrono::nanoseconds from{0};
  std::chrono::nanoseconds to = std::chrono::nanoseconds::max();

  [[nodiscard]] bool holds(std::chrono::nanoseconds elapsed) const noexcept {
    return elapsed >= from && elapsed < to;
  }
};

/// Of which requests a rule is; all that is set must hold.
struct fault_match {
  std::optional<identity_host> host{};
  std::optional<std::string> resource{};
  /// As asked for, compared without regard to case; empty for a request that names none.
  std::optional<std::string> identity{};
  nth_request nth{};
  time_window window{};
  double probability = 1;
};

struct fault_action {
  /// The members of the file's action, in the order of this struct, joined by '+'.
  std::string name{};

  std::optional<int> status{};
  std::optional<std::string> body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::optional<std::string> content_type{};
  std::optional<std::string> redirect{};
  std::optional<latency_distribution> latency{};
  wire_fault wire{};
  token_change token{};
  /// Takes the place of the value of expires_on.
  std::optional<std::string> expires_on_form{};

  /// It takes the place of what the host would have answered.
  [[nodiscard]] bool replaces_answer() const noexcept { return status || redirect; }
};

struct fault_rule {
  fault_match match{};
  fault_action action{};
};

/// Empty text has no rules. Throws std::invalid_argument when it is no rules file; what() names the
/// rule, its member and the remedy.
[[nodiscard]] std::vector<fault_rule> parse_fault_rules(std::string_view json);

}  // namespace midas::internal::simulator
