// How much an event of a token service matters.
#pragma once

#include <midas/detail/export.hpp>

#include <cstdint>
#include <string_view>

namespace midas {

/// Also the level of a log, which shows the events of that severity and those before it.
enum class event_severity : std::uint8_t {
  /// Something failed.
  error,
  /// Something failed that no token depends on, such as the token store.
  warning,
  /// Normal operation, including what midas repeats by itself.
  info,
  /// Details.
  debug,
};

/// "error", "warning", "info" or "debug"; "unknown" for any other number. Any thread.
MIDAS_EXPORT std::string_view to_string(event_severity severity) noexcept;

}  // namespace midas
