// Reads dates and times in the forms that identity endpoints use, as whole seconds of UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace midas::internal {

/// The last second of the year 9999. Later times are not read.
constexpr std::chrono::sys_seconds latest_time{std::chrono::seconds{253'402'300'799}};

/// A date and time in one of these forms:
/// - "2025-11-22T04:05:06.1234567Z", "2025-11-22 04:05:06+01:00", "2025/11/22 04:05" (RFC 3339, ISO
///   8601),
/// - "11/22/2025 04:05:06", "1/16/2020 12:00:00 AM +00:00" (App Service 2017, Automation): the
/// month
///   comes first, unless there is no such month; between '.' or '-' the day comes first, unless
///   there is no such day,
/// - "Sat, 22 Nov 2025 04:05:06 GMT", "Saturday, 22-Nov-25 04:05:06 GMT", "Sat Nov 22 04:05:06
/// 2025"
///   (RFC 9110); the name of the day is not compared with the date.
///
/// UTC unless the text has an offset; an offset may be followed by UTC or GMT. Of a clock with AM
/// or PM, hours after 12 are those of a clock with 24 hours. Fractions of a second, up to nine
/// digits, are truncated. Empty for any other text, and for a field out of range.
std::optional<std::chrono::sys_seconds> read_date_time(std::string_view text) noexcept;

/// Only the three forms of HTTP headers.
std::optional<std::chrono::sys_seconds> read_http_date(std::string_view text) noexcept;

}  // namespace midas::internal
