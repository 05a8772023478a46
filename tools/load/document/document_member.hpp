// A member of a document of midas load, with its path. Only tools/load/ may include this header,
// since it includes RapidJSON.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace midas::internal::tools {

/// A member has the wrong type or value. what() names it: "latency_ms.p50 is not a number".
class wrong_member : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Refers to the JSON, which must outlive it. Functions throw wrong_member for a value of another
/// kind; those that return an optional return nothing if the member is absent or null.
class document_member {
 public:
  document_member(const rapidjson::Value& value, std::string path)
      : value_(&value), path_(std::move(path)) {}

  /// Throws if the value is not an object; the path of the document itself is empty.
  void expect_object() const;
  /// The member of an object.
  [[nodiscard]] document_member required(const char* name) const;
  [[nodiscard]] std::optional<document_member> find(const char* name) const;

  /// Calls `visit` with each element of the list of that name, if there is one.
  void each_element(const char* name,
                    const std::function<void(const document_member&)>& visit) const;
  /// Calls `visit` with the name of each member of this object, and the member.
  void each_member(
      const std::function<void(const std::string&, const document_member&)>& visit) const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] document_member at(std::size_t index) const;

  [[nodiscard]] std::string text() const;
  /// A finite number that is not negative.
  [[nodiscard]] double number() const;
  /// A whole number that is not negative.
  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] bool flag() const;

  /// The members of this object, if they are there.
  [[nodiscard]] std::string text_or_empty(const char* name) const;
  [[nodiscard]] std::uint64_t count_or_zero(const char* name) const;
  [[nodiscard]] double number_or_zero(const char* name) const;
  [[nodiscard]] bool flag_or_false(const char* name) const;
  [[nodiscard]] std::optional<double> optional_number(const char* name) const;

  [[nodiscard]] const rapidjson::Value& json() const noexcept { return *value_; }
  [[noreturn]] void refuse(std::string_view is_not) const;

 private:
  [[nodiscard]] std::string path_to(const char* name) const;

  const rapidjson::Value* value_;
  std::string path_;
};

}  // namespace midas::internal::tools
