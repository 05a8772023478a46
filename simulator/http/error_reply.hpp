// The server's own error responses, which do not depend on the host protocol.
#pragma once

#include "simulator/http/http_exchange.hpp"

#include <boost/system/error_code.hpp>

#include <exception>

namespace midas::internal::simulator {

/// Replaces `reply` with the answer to a request that is malformed or over a limit: 400, 413 or
/// 431.
void write_refusal(response& reply, boost::system::error_code why);

/// Replaces `reply` with the answer to a request whose handler threw an exception: 500.
void write_failure(response& reply, const std::exception& failure);

}  // namespace midas::internal::simulator
