// Reads when a token expires, in the forms that identity endpoints use.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace midas::internal {

/// "3600", "-5", and the output of serializers of floating-point numbers, "3600.0". Empty for any
/// other text, and for more than 18 digits.
std::optional<std::int64_t> read_integer(std::string_view text) noexcept;

/// A time as a host states it.
struct stated_time {
  std::chrono::sys_seconds time{};
  /// It was stated as seconds from now, and so does not depend on any clock.
  bool is_relative = false;

  friend bool operator==(const stated_time&, const stated_time&) = default;
};

/// The value of `expires_in`, `expires_on` or `refresh_in`. Hosts confuse the first two, so that
/// all are read alike: an integer that would be before 2001 as Unix time is seconds from `now`, as
/// in MSAL .NET; a larger one is Unix time, in milliseconds if it would be after the year 9999
/// otherwise; any other text is a date and time, as in read_date_time(), or "/Date(...)/" with Unix
/// time in milliseconds, as .NET writes it. Empty if it is unreadable.
std::optional<stated_time> read_stated_time(std::string_view text,
                                            std::chrono::sys_seconds now) noexcept;

}  // namespace midas::internal
