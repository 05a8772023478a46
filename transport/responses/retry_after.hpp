// Reads Retry-After: how long a host asks clients to wait.
#pragma once

#include "messages/http_message.hpp"

#include <chrono>
#include <optional>

namespace midas::internal {

/// The wait that the header Retry-After (RFC 9110) requests, as seconds, which may have a fraction,
/// or as a date, measured against the response's own Date, or without one against `now`. Empty if
/// the header is absent, unreadable, or in the past. At most a year.
std::optional<std::chrono::milliseconds> read_retry_after(const http_response& response,
                                                          std::chrono::sys_seconds now);

}  // namespace midas::internal
