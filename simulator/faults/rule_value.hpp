// A JSON value of a rules file together with its path, for error messages. Only simulator/faults/
// may include this header, since it includes RapidJSON.
#pragma once

#include <rapidjson/document.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace midas::internal::simulator {

/// Refers to the document, which must outlive it. Functions that expect a kind of value throw
/// std::invalid_argument for any other; what() has the path of the value, e.g.
/// "rules[2].match.nth", and the expected value.
class rule_value {
 public:
  rule_value(const rapidjson::Value& value, std::string path)
      : value_(value), path_(std::move(path)) {}

  /// Throws std::invalid_argument: `what` after the path.
  [[noreturn]] void refuse(std::string_view what) const;

  /// Expects an object that has no other members than these, and none of them twice.
  const rule_value& require_object(std::initializer_list<std::string_view> names) const;
  /// Empty if the object has no such member.
  [[nodiscard]] std::optional<rule_value> member(std::string_view name) const;
  /// Expects the object to have the member.
  [[nodiscard]] rule_value required(std::string_view name) const;
  /// Expects an object with any members.
  [[nodiscard]] std::vector<std::pair<std::string, rule_value>> members() const;
  /// Expects an array.
  [[nodiscard]] std::vector<rule_value> elements() const;

  [[nodiscard]] bool is_object() const { return value_.IsObject(); }
  [[nodiscard]] bool is_array() const { return value_.IsArray(); }

  /// These expect text, or a number from `min` to `max`.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] double number(double min, double max) const;
  [[nodiscard]] std::uint64_t count(std::uint64_t min, std::uint64_t max) const;
  /// Expects text such as "50ms"; see read_duration().
  [[nodiscard]] std::chrono::nanoseconds duration(std::chrono::nanoseconds max) const;
  /// Expects `true`; a flag that is not set must be left out.
  [[nodiscard]] bool is_set() const;

 private:
  const rapidjson::Value& value_;
  std::string path_;
};

}  // namespace midas::internal::simulator
