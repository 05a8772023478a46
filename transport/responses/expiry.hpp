// The forms in which identity endpoints write numbers and times, read into whole seconds of UTC.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace midas::internal {

/// The last second of the year 9999, beyond which nothing here reads a time.
constexpr std::chrono::sys_seconds latest_time{std::chrono::seconds{253'402'300'799}};

/// "3600", "-5", and what serializers of floating-point numbers make of it, "3600.0"; nothing for
/// any other text, and for more than 18 digits.
std::optional<std::int64_t> read_integer(std::string_view text) noexcept;

/// A date and time, of any of these forms; UTC unless there is an offset; fractions of a second, up
/// to nine digits, are cut off; nothing for any other text, or a field out of its range:
/// - "2025-11-22T04:05:06.1234567Z", "2025-11-22 04:05:06+01:00" (RFC 3339, ISO 8601),
/// - "11/22/2025 04:05:06", "1/16/2020 12:00:00 AM +00:00" (App Service of 2017),
/// - "Sat, 22 Nov 2025 04:05:06 GMT" (RFC 9110's IMF-fixdate, once RFC 1123), the name of the day
/// not
///   compared with the date.
std::optional<std::chrono::sys_seconds> read_date_time(std::string_view text) noexcept;

/// The third form above alone, which is what HTTP headers hold.
std::optional<std::chrono::sys_seconds> read_http_date(std::string_view text) noexcept;

/// An `expires_in`: seconds from `now`, as an integer.
std::optional<std::chrono::sys_seconds> read_expires_in(std::string_view text,
                                                        std::chrono::sys_seconds now) noexcept;

/// An `expires_on`: Unix time as an integer, or a date and time. Integers that would lie before
/// 2001 are seconds from `now`, as MSAL .NET takes them.
std::optional<std::chrono::sys_seconds> read_expires_on(std::string_view text,
                                                        std::chrono::sys_seconds now) noexcept;

}  // namespace midas::internal
