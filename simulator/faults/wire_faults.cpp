#include "simulator/faults/wire_faults.hpp"

#include <algorithm>

namespace midas::internal::simulator {

bool ends_connection(wire_fault_kind kind) noexcept {
  return kind != wire_fault_kind::none && kind != wire_fault_kind::slow_drip;
}

bool sends_whole_head(wire_fault_kind kind) noexcept {
  switch (kind) {
    case wire_fault_kind::reset_before:
    case wire_fault_kind::reset_within_headers:
    case wire_fault_kind::garbage:
    case wire_fault_kind::hang:
      return false;
    case wire_fault_kind::none:
    case wire_fault_kind::reset_after_headers:
    case wire_fault_kind::truncate_body:
    case wire_fault_kind::slow_drip:
    case wire_fault_kind::endless_body:
      break;
  }
  return true;
}

void append_faulty_response(std::string& out, const response& answer, framing frame) {
  const auto& fault = answer.fault;
  if (fault.kind == wire_fault_kind::reset_before || fault.kind == wire_fault_kind::hang) {
    return;
  }
  if (fault.kind == wire_fault_kind::garbage) {
    out.append("\x16\x03\x03This is not HTTP.\r\n\r\n");
    return;
  }
  frame.with_length = fault.kind != wire_fault_kind::endless_body;
  if (!frame.with_length) {
    frame.connection = "close";
  }
  const auto begin = out.size();
  append_response(out, answer, frame);
  const auto body = out.find("\r\n\r\n", begin) + 4;
  if (fault.kind == wire_fault_kind::reset_within_headers) {
    out.resize(begin + (body - begin) / 2);
  } else if (fault.kind == wire_fault_kind::reset_after_headers) {
    out.resize(body);
  } else if (fault.kind == wire_fault_kind::truncate_body) {
    out.resize(std::min(out.size() - body, fault.bytes) + body);
  }
}

}  // namespace midas::internal::simulator
