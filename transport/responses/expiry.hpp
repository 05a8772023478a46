// Reads numbers and times in the forms that identity endpoints use, as whole seconds of UTC.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace midas::internal {

/// The last second of the year 9999. Later times are not read.
constexpr std::chrono::sys_seconds latest_time{std::chrono::seconds{253'402'300'799}};

/// "3600", "-5", and the output of serializers of floating-point numbers, "3600.0". Empty for any
/// other text, and for more than 18 digits.
std::optional<std::int64_t> read_integer(std::string_view text) noexcept;

/// A date and time in one of these forms:
/// - "2025-11-22T04:05:06.1234567Z", "2025-11-22 04:05:06+01:00" (RFC 3339, ISO 8601),
/// - "11/22/2025 04:05:06", "1/16/2020 12:00:00 AM +00:00" (App Service 2017),
/// - "Sat, 22 Nov 2025 04:05:06 GMT" (IMF-fixdate of RFC 9110, formerly RFC 1123); the name of the
///   day is not compared with the date.
///
/// UTC unless the text has an offset. Fractions of a second, up to nine digits, are truncated.
/// Empty for any other text, and for a field out of range.
std::optional<std::chrono::sys_seconds> read_date_time(std::string_view text) noexcept;

/// Only the third form above, that of HTTP headers.
std::optional<std::chrono::sys_seconds> read_http_date(std::string_view text) noexcept;

/// An `expires_in`: seconds from `now`, as an integer. Empty if it is unreadable.
std::optional<std::chrono::sys_seconds> read_expires_in(std::string_view text,
                                                        std::chrono::sys_seconds now) noexcept;

/// An `expires_on`: Unix time as an integer, or a date and time. Integers that would be before 2001
/// are seconds from `now`, as in MSAL .NET. Empty if it is unreadable.
std::optional<std::chrono::sys_seconds> read_expires_on(std::string_view text,
                                                        std::chrono::sys_seconds now) noexcept;

}  // namespace midas::internal
