// What `midas store list` prints of a token store: which tokens it has, and for how long; never a
// token.
#pragma once

#include "messages/clock_reading.hpp"
#include <midas/token_store.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace midas::internal::tools {

enum class stored_state : std::uint8_t {
  /// It answers requests.
  usable,
  /// It has not expired, but too soon will, and answers no request.
  expiring,
  expired,
  /// It claims to have been acquired after now: it answers no request.
  future,
};

/// "usable", "expiring", "expired" or "future".
std::string_view to_string(stored_state state) noexcept;

stored_state state_of(const stored_token& token, const clock_reading& now);

/// A line for each token, ordered by resource and identity; or a sentence if there are none.
/// Everything that the file says is escaped for a terminal.
std::string list_as_text(std::span<const stored_token> tokens, const std::string& path,
                         const clock_reading& now);

/// One JSON object.
std::string list_as_json(std::span<const stored_token> tokens, const std::string& path,
                         const clock_reading& now);

}  // namespace midas::internal::tools
