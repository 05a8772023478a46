// What a chaos run does, all of it made from its seed: the faults of the host and the calls.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::chaos {

/// The ways to ask a token service.
enum class caller_kind : std::uint8_t { thread, callback, coroutine, actor };
constexpr std::size_t caller_kinds = 4;
[[nodiscard]] const char* to_string(caller_kind kind) noexcept;

struct planned_call {
  /// Since the cycle began.
  std::chrono::milliseconds at{};
  caller_kind kind{};
  /// Which of chaos_keys().
  std::size_t key = 0;
  std::chrono::milliseconds timeout{};
  bool force_refresh = false;
  /// How long after the call its caller asks for a stop; nothing when it does not.
  std::optional<std::chrono::milliseconds> cancelled_after{};

  friend bool operator==(const planned_call&, const planned_call&) = default;
};

/// A storm of faults, and the calm after it.
struct chaos_cycle {
  std::chrono::milliseconds storm{};
  std::chrono::milliseconds calm{};
  /// In force during the storm, see docs/simulator.md.
  std::string fault_rules{};
  /// In order of time.
  std::vector<planned_call> calls{};

  friend bool operator==(const chaos_cycle&, const chaos_cycle&) = default;
};

/// Long enough for what waits at the end of a storm to be over, and for the calls after that to be
/// judged.
constexpr std::chrono::milliseconds chaos_calm{15'000};
constexpr std::chrono::milliseconds min_storm{4'000};
constexpr std::chrono::milliseconds max_storm{8'000};
constexpr std::chrono::milliseconds min_timeout{50};
constexpr std::chrono::milliseconds max_timeout{8'000};

/// The cycle of that number. Pure.
[[nodiscard]] chaos_cycle plan_cycle(std::uint64_t seed, std::uint64_t number);

/// How many cycles a run of that length has: at least one. Pure.
[[nodiscard]] std::uint64_t cycles_in(std::chrono::seconds length);

}  // namespace midas::internal::chaos
