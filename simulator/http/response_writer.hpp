// Writes responses as HTTP/1.1.
#pragma once

#include "simulator/http/http_exchange.hpp"

#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// The parts of a response that the connection determines.
struct framing {
  std::string_view date;
  /// The value of the Connection field; empty for no such field.
  std::string_view connection;
  /// False for answers to HEAD, which have a Content-Length but no body.
  bool with_body = true;
  /// Write Content-Length. Without it, the body ends when the connection closes.
  bool with_length = true;
};

/// Appends status line, fields and body.
void append_response(std::string& out, const response& answer, const framing& frame);

}  // namespace midas::internal::simulator
