// The bytes that are sent for an answer with a wire fault.
#pragma once

#include "simulator/http/response_writer.hpp"

#include <string>

namespace midas::internal::simulator {

/// Whether the connection ends with the answer.
[[nodiscard]] bool ends_connection(wire_fault_kind kind) noexcept;
/// Whether the client receives the whole head, the status included.
[[nodiscard]] bool sends_whole_head(wire_fault_kind kind) noexcept;

/// Appends the bytes to send: the whole answer for slow_drip, its beginning for endless_body,
/// nothing for reset_before and hang.
void append_faulty_response(std::string& out, const response& answer, framing frame);

}  // namespace midas::internal::simulator
