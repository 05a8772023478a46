// A response as HTTP/1.1 bytes.
#pragma once

#include "simulator/http/http_exchange.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// The Date field, rendered once a second.
class date_field {
 public:
  /// E.g. "Sun, 06 Nov 1994 08:49:37 GMT"; valid until the next call.
  [[nodiscard]] std::string_view at(std::chrono::system_clock::time_point now);

 private:
  std::chrono::sys_seconds rendered_{std::chrono::sys_seconds::min()};
  std::string text_;
};

/// What the connection adds to a response.
struct framing {
  std::string_view date;
  /// The value of the Connection field; empty for none.
  std::string_view connection;
  /// An answer to HEAD has the Content-Length of a body it does not carry.
  bool with_body = true;
  /// Without it the body ends with the connection.
  bool with_length = true;
};

/// Appends status line, fields and body.
void append_response(std::string& out, const response& answer, const framing& frame);

}  // namespace midas::internal::simulator
