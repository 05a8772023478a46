// The clock of the host, as its answer shows it, beside that of this machine.
#pragma once

#include "messages/http_message.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace midas::internal {

/// When the host made the answer: its header Date (RFC 9110), plus Age if a cache on the way adds
/// it. Empty if the answer has no readable Date.
std::optional<std::chrono::sys_seconds> sent_at(const http_response& response) noexcept;

/// How far the clock of this machine, which says `now`, is ahead of the host's; negative if it is
/// behind. Zero if the two agree within half a minute, which an answer may take on its way, and if
/// the answer has no readable Date.
std::chrono::seconds clock_error(const http_response& response,
                                 std::chrono::sys_seconds now) noexcept;

/// "this machine's clock is 2 d ahead of the answer's Date", "this machine's clock agrees with
/// the answer's Date", or that the answer has no Date to compare the clock with.
std::string describe_clock(const http_response& response, std::chrono::sys_seconds now);

}  // namespace midas::internal
