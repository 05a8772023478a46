// What the rude callers of a cycle do, and the host that they meet; derived from the seed.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace midas::internal::chaos {

struct rude_plan {
  /// What the host does in the fault phase: it fails every request; it has no faults, and far more
  /// keys are requested than it serves; or it plays the random faults of a polite cycle.
  enum class condition : std::uint8_t { outage, overload, mixed };

  condition host_condition{};
  std::chrono::milliseconds fault_phase{};
  std::string fault_rules{};
  /// Decides what callers do.
  std::uint64_t seed = 0;

  friend bool operator==(const rude_plan&, const rude_plan&) = default;
};

constexpr std::uint64_t conditions = 3;
[[nodiscard]] const char* to_string(rude_plan::condition condition) noexcept;

/// Callers whose requests end with the fault phase are answered in the time after it.
constexpr std::chrono::milliseconds rude_quiet_phase{4'000};

/// The plan with the index `number` (from 0). Pure.
[[nodiscard]] rude_plan plan_rude(std::uint64_t seed, std::uint64_t number);

}  // namespace midas::internal::chaos
