// The bytes of answers that go wrong on their way.
#pragma once

#include "simulator/http/response_writer.hpp"

#include <string>

namespace midas::internal::simulator {

/// The connection does not outlive the answer.
[[nodiscard]] bool ends_connection(wire_fault_kind kind) noexcept;
/// The client gets to see a status.
[[nodiscard]] bool sends_whole_head(wire_fault_kind kind) noexcept;

/// Appends what is sent of the answer: all of it for slow_drip, the beginning for endless_body, and
/// nothing for reset_before and hang.
void append_faulty_response(std::string& out, const response& answer, framing frame);

}  // namespace midas::internal::simulator
