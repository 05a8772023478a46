// Writes responses as HTTP/1.1.
#pragma once

#include "simulator/http/http_exchange.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// The value of the Date field, formatted once per second.
class date_field {
 public:
  /// E.g. "Sun, 06 Nov 1994 08:49:37 GMT"; valid until the next call.
  [[nodiscard]] std::string_view at(std::chrono::system_clock::time_point now);

 private:
  std::chrono::sys_seconds formatted_{std::chrono::sys_seconds::min()};
  std::string text_;
};

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
