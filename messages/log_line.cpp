#include "messages/log_line.hpp"

#include "messages/plain_text.hpp"
#include "messages/time_text.hpp"

#include <algorithm>

namespace midas::internal {

namespace {

bool needs_quotes(std::string_view value) noexcept {
  return value.empty() || std::ranges::any_of(value, [](char c) {
           return c <= ' ' || c >= 0x7f || c == '"' || c == '=' || c == '\\';
         });
}

std::string escaped(std::string_view value) {
  std::string result;
  for (const char c : value) {
    result += c == '"' || c == '\\' ? "\\" : "";
    result += c;
  }
  // After the backslashes, so that an escape of this one differs from a backslash in the text.
  return printable(result);
}

}  // namespace

log_line& log_line::add(std::string_view key, std::string_view value) {
  const auto shown = without_tokens(value);
  text_.append(" ").append(key).append("=");
  text_ += needs_quotes(shown) ? quoted(escaped(shown)) : shown;
  return *this;
}

log_line& log_line::add_if_any(std::string_view key, std::string_view value) {
  return value.empty() ? *this : add(key, value);
}

log_line& log_line::add(std::string_view key, std::chrono::nanoseconds duration) {
  return add(key, std::string_view{duration_text(duration)});
}

log_line& log_line::add(std::string_view key, std::chrono::sys_seconds time) {
  return add(key, std::string_view{utc_text(time)});
}

log_line& log_line::add(const token_key& key) {
  return add("resource", std::string_view{key.resource})
      .add("identity", std::string_view{to_string(key.identity)});
}

log_line& log_line::add(const error& failure) {
  add("error", to_string(failure.code));
  if (failure.http_status != 0) {
    add("status", failure.http_status);
  }
  return add_if_any("service_code", failure.service_code)
      .add_if_any("correlation_id", failure.correlation_id)
      .add_if_any("message", failure.message)
      .add_if_any("description", failure.service_description);
}

}  // namespace midas::internal
