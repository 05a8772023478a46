// A JSON value of the configuration file with its path, and the list of what is wrong. Only
// proxy/configuration/ may include this header, since it includes RapidJSON.
#pragma once

#include "proxy/configuration/configuration_members.hpp"
#include "proxy/configuration/configuration_problem.hpp"

#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace midas::internal::proxy {

/// Refers to the document and the list of problems, which must outlive it. Functions that expect a
/// kind of value add a problem for any other, and return nothing.
class json_member {
 public:
  /// More problems are not reported, so that a hostile file costs no memory.
  static constexpr std::size_t max_problems = 50;

  static constexpr std::size_t max_elements = 10'000;

  json_member(const rapidjson::Value& value, std::string path, configuration_problems& problems)
      : value_(&value), path_(std::move(path)), problems_(&problems) {}

  void refuse(std::string what, std::string remedy) const;
  /// Refuses the value, which is shown, because it is not what `remedy` says.
  void refuse_value(std::string remedy) const;

  /// The members of an object that are among `names`, each once. Others, and second ones of a name,
  /// are problems. Empty if the value is not an object.
  [[nodiscard]] std::vector<std::pair<std::string_view, json_member>> members(
      std::span<const std::string_view> names) const;
  /// Those of a list, at most max_elements.
  [[nodiscard]] std::optional<std::vector<json_member>> elements(std::string_view of_what) const;

  [[nodiscard]] std::optional<std::string_view> text(std::string_view remedy) const;
  /// The same for a text that must not be shown.
  [[nodiscard]] std::optional<std::string_view> secret_text(std::string_view remedy) const;
  [[nodiscard]] std::optional<bool> flag() const;
  /// A whole number in that range.
  [[nodiscard]] std::optional<std::int64_t> whole_number(const member_range& range) const;
  /// The value of that number or duration, in the unit of configuration_member::range.
  [[nodiscard]] std::optional<std::int64_t> quantity(const configuration_member& member) const;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  [[nodiscard]] std::string shown() const;

  const rapidjson::Value* value_;
  std::string path_;
  configuration_problems* problems_;
};

}  // namespace midas::internal::proxy
