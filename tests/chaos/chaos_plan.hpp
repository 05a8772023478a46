// The plan of a chaos run: the faults of the host and the calls, both derived from the seed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::chaos {

/// The ways to request a token from a service.
enum class caller_kind : std::uint8_t { thread, callback, coroutine, actor };
constexpr std::size_t caller_kinds = 4;
[[nodiscard]] const char* to_string(caller_kind kind) noexcept;

struct planned_call {
  /// Since the start of the cycle.
  std::chrono::milliseconds at{};
  caller_kind kind{};
  /// Index into chaos_keys().
  std::size_t key = 0;
  std::chrono::milliseconds timeout{};
  bool force_refresh = false;
  /// When the caller requests a stop, counted from the call. Empty: never.
  std::optional<std::chrono::milliseconds> cancelled_after{};

  friend bool operator==(const planned_call&, const planned_call&) = default;
};

/// A fault phase, in which the host misbehaves, and the quiet phase that follows it.
struct chaos_cycle {
  std::chrono::milliseconds fault_phase{};
  std::chrono::milliseconds quiet_phase{};
  /// The rules file of the fault phase; see docs/simulator.md.
  std::string fault_rules{};
  /// In chronological order.
  std::vector<planned_call> calls{};

  friend bool operator==(const chaos_cycle&, const chaos_cycle&) = default;
};

/// Long enough for requests of the fault phase to end, and for calls after that to be judged.
constexpr std::chrono::milliseconds quiet_phase_length{15'000};
constexpr std::chrono::milliseconds min_fault_phase{4'000};
constexpr std::chrono::milliseconds max_fault_phase{8'000};
constexpr std::chrono::milliseconds min_timeout{50};
constexpr std::chrono::milliseconds max_timeout{8'000};

/// The cycle with the index `number` (from 0). Pure.
[[nodiscard]] chaos_cycle plan_cycle(std::uint64_t seed, std::uint64_t number);

/// Number of cycles in a run of about `length`, at least one. Pure.
[[nodiscard]] std::uint64_t cycles_in(std::chrono::seconds length);

}  // namespace midas::internal::chaos
