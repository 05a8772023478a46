// Reading a rules file: a JSON value that knows where it stands, and says so when it is wrong.
// Inner header: it includes RapidJSON.
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

/// Refers to the document. Whatever is not as asked throws std::invalid_argument, which names the
/// path of the value, e.g. "rules[2].match.nth", and what would be right.
class rule_value {
 public:
  rule_value(const rapidjson::Value& value, std::string path)
      : value_(value), path_(std::move(path)) {}

  [[noreturn]] void refuse(std::string_view what) const;

  /// An object that has no members but these, and none of them twice.
  const rule_value& require_object(std::initializer_list<std::string_view> names) const;
  [[nodiscard]] std::optional<rule_value> member(std::string_view name) const;
  /// The same, refused when it is missing.
  [[nodiscard]] rule_value required(std::string_view name) const;
  /// The members of an object, whatever their names.
  [[nodiscard]] std::vector<std::pair<std::string, rule_value>> members() const;
  /// The elements of an array.
  [[nodiscard]] std::vector<rule_value> elements() const;

  [[nodiscard]] bool is_object() const { return value_.IsObject(); }
  [[nodiscard]] bool is_array() const { return value_.IsArray(); }

  [[nodiscard]] std::string text() const;
  [[nodiscard]] double number(double min, double max) const;
  [[nodiscard]] std::uint64_t count(std::uint64_t min, std::uint64_t max) const;
  /// Text such as "50ms".
  [[nodiscard]] std::chrono::nanoseconds duration(std::chrono::nanoseconds max) const;
  /// A member that is there to be true: refuses all else.
  [[nodiscard]] bool is_set() const;

 private:
  const rapidjson::Value& value_;
  std::string path_;
};

}  // namespace midas::internal::simulator
