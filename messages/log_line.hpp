// One line of the log, in the form of logfmt: a name, then `key=value` pairs.
#pragma once

#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace midas::internal {

/// A value that a host or a user wrote can neither end the line nor look like another pair: it is
/// quoted if it has any character but printable ASCII without space, quote, equals sign and
/// backslash. In quotes, `"` and `\` have a backslash before them, and what does not print is
/// escaped as printable() does. Whatever looks like a JSON Web Token becomes "<redacted>".
class log_line {
 public:
  /// `name`, and the keys below, are written as they are.
  explicit log_line(std::string_view name) : text_(name) {}

  log_line& add(std::string_view key, std::string_view value);
  log_line& add(std::string_view key, const char* value) {
    return add(key, std::string_view{value});
  }
  log_line& add(std::string_view key, bool value) { return add(key, value ? "true" : "false"); }
  log_line& add(std::string_view key, std::integral auto value) {
    return add(key, std::string_view{std::to_string(value)});
  }
  log_line& add(std::string_view key, std::chrono::nanoseconds duration);
  log_line& add(std::string_view key, std::chrono::sys_seconds time);

  /// Adds the pair unless the value is empty.
  log_line& add_if_any(std::string_view key, std::string_view value);

  /// `resource` and `identity`.
  log_line& add(const token_key& key);

  /// `error`, which is the code, `status`, `service_code`, `correlation_id`, `message` and
  /// `description`, those that the failure has.
  log_line& add(const error& failure);

  /// The whole line. Called last.
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace midas::internal
