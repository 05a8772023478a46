// The Date field of responses.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace midas::internal::http {

/// The value of the Date field, formatted once per second.
class date_field {
 public:
  /// E.g. "Sun, 06 Nov 1994 08:49:37 GMT"; valid until the next call.
  [[nodiscard]] std::string_view at(std::chrono::system_clock::time_point now);

 private:
  std::chrono::sys_seconds formatted_{std::chrono::sys_seconds::min()};
  std::string text_;
};

}  // namespace midas::internal::http
