// Texts of the report page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace midas::internal::tools {

/// `text` for HTML, in elements and in quoted attributes: with references in place of characters
/// that HTML reads, and with visible escapes in place of everything that does not print, sets the
/// writing direction, or is not UTF-8.
[[nodiscard]] std::string html_text(std::string_view text);

/// "12 µs", "1.25 ms", "3 s"; three digits.
[[nodiscard]] std::string latency_text(double nanoseconds);
/// The same for milliseconds; a dash without a value.
[[nodiscard]] std::string milliseconds_text(const std::optional<double>& milliseconds);

/// With at most three digits and a suffix: "0.2", "950", "1.5k", "335k", "6.5M".
[[nodiscard]] std::string short_number(double value);

}  // namespace midas::internal::tools
