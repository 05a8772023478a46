// How long a host asks to be left alone.
#pragma once

#include "messages/http_message.hpp"

#include <chrono>
#include <optional>

namespace midas::internal {

/// The header Retry-After (RFC 9110): seconds, also with a fraction, or a date; nothing when it is
/// unreadable or in the past. At most a year.
std::optional<std::chrono::milliseconds> read_retry_after(const http_response& response,
                                                          std::chrono::sys_seconds now);

}  // namespace midas::internal
