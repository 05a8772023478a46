// Scenarios: sets of fault rules for what hosts do by their documentation, or did by reports.
#pragma once

#include <span>
#include <string_view>

namespace midas {

/// A named rules file. All texts are constants.
struct simulated_scenario {
  /// As in simulated_host_options::scenario and `midas simulate --scenario`.
  std::string_view name{};
  /// What the host does, in one line.
  std::string_view summary{};
  /// Where it is documented or reported: addresses, separated by spaces.
  std::string_view source{};
  /// The text of the rules file, for simulated_host::set_fault_rules().
  std::string_view rules{};
};

/// All scenarios. docs/simulator.md has the timeline of each. Any thread.
[[nodiscard]] std::span<const simulated_scenario> simulated_scenarios() noexcept;

}  // namespace midas
