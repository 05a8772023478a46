// Plays the host of a conformance case: holds each request against what is expected, and answers.
#pragma once

#include <rapidjson/document.h>

#include <chrono>
#include <cstddef>
#include <optional>

#include "../support/virtual_actors.hpp"

namespace midas::test {

/// Checks a request against an "expect" of the case, with Catch2's assertions.
void check_request(const http_request& request, const rapidjson::Value& expectation,
                   std::chrono::sys_seconds now);

/// What the "respond" of the case comes to at a transport that waits no longer than `patience`.
expected<http_response> response_of(const rapidjson::Value& respond, std::chrono::sys_seconds now,
                                    std::chrono::milliseconds patience);

/// Answers the requests that come, the first of which is the n-th of all, as the exchange of that
/// step of a case says, until none comes any more or the exchange is at its end. How many came: not
/// those that never leave, since the server's certificate is not the one that they are pinned to.
std::size_t play(virtual_actors& actors, std::size_t first, const rapidjson::Value& step,
                 const std::optional<sha1_digest>& server);

}  // namespace midas::test
