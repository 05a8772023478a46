#include "proxy/configuration/json_member.hpp"

#include "messages/plain_text.hpp"
#include "messages/read_duration.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <set>

namespace midas::internal::proxy {
namespace {

std::string_view text_of(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

bool is_plain_name(std::string_view name) {
  constexpr std::size_t max_size = 64;
  return !name.empty() && name.size() <= max_size &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

// The number of characters to insert, remove or replace.
std::size_t edit_distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      const auto replaced = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string remedy_for_unknown(std::string_view name, std::span<const std::string_view> known) {
  const auto most = std::min<std::size_t>(3, name.size() / 2);
  if (is_plain_name(name)) {
    const auto nearest = std::ranges::min_element(
        known, {}, [name](std::string_view each) { return edit_distance(name, each); });
    if (nearest != known.end() && edit_distance(name, *nearest) <= most) {
      return "Write " + std::string{*nearest} + ", or remove it";
    }
  }
  return "Remove it; docs/proxy_configuration.md lists the members";
}

}  // namespace

void json_member::refuse(std::string what, std::string remedy) const {
  if (problems_->size() < max_problems) {
    problems_->push_back({path_, std::move(what), std::move(remedy)});
  }
}

void json_member::refuse_value(std::string remedy) const {
  refuse("is " + shown(), std::move(remedy));
}

std::string json_member::shown() const {
  if (value_->IsString()) {
    return quoted_start(text_of(*value_));
  }
  if (value_->IsObject()) {
    return "an object";
  }
  if (value_->IsArray()) {
    return "a list";
  }
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer{text};
  value_->Accept(writer);
  return {text.GetString(), text.GetSize()};
}

std::vector<std::pair<std::string_view, json_member>> json_member::members(
    std::span<const std::string_view> names) const {
  std::vector<std::pair<std::string_view, json_member>> result;
  if (!value_->IsObject()) {
    refuse_value("Write an object, as docs/proxy_configuration.md shows");
    return result;
  }
  const auto prefix = path_ == whole_file ? std::string{} : path_ + ".";
  std::set<std::string_view> seen;
  for (const auto& each : value_->GetObject()) {
    const auto name = text_of(each.name);
    json_member member{each.value,
                       prefix + (is_plain_name(name) ? std::string{name} : quoted_start(name)),
                       *problems_};
    const auto known = std::ranges::find(names, name);
    if (!seen.insert(name).second) {
      member.refuse("occurs more than once", "Remove all but one");
    } else if (known == names.end()) {
      member.refuse("is unknown", remedy_for_unknown(name, names));
    } else {
      result.emplace_back(*known, std::move(member));
    }
  }
  return result;
}

std::optional<std::vector<json_member>> json_member::elements(std::string_view of_what) const {
  if (!value_->IsArray()) {
    refuse_value("Write a list of " + std::string{of_what} + ", in brackets");
    return std::nullopt;
  }
  if (value_->Size() > max_elements) {
    refuse("has " + std::to_string(value_->Size()) + " elements",
           "Write at most " + std::to_string(max_elements));
    return std::nullopt;
  }
  std::vector<json_member> result;
  result.reserve(value_->Size());
  for (const auto& each : value_->GetArray()) {
    result.emplace_back(each, path_ + "[" + std::to_string(result.size()) + "]", *problems_);
  }
  return result;
}

std::optional<std::string_view> json_member::text(std::string_view remedy) const {
  if (!value_->IsString()) {
    refuse_value(std::string{remedy});
    return std::nullopt;
  }
  return text_of(*value_);
}

std::optional<std::string_view> json_member::secret_text(std::string_view remedy) const {
  if (!value_->IsString()) {
    refuse("is not text", std::string{remedy});
    return std::nullopt;
  }
  return text_of(*value_);
}

std::optional<bool> json_member::flag() const {
  if (!value_->IsBool()) {
    refuse_value("Write true or false, without quotes");
    return std::nullopt;
  }
  return value_->GetBool();
}

std::optional<std::int64_t> json_member::whole_number(const member_range& range) const {
  if (!value_->IsInt64() || value_->GetInt64() < range.least || value_->GetInt64() > range.most) {
    refuse_value("Write a whole number from " + std::to_string(range.least) + " to " +
                 std::to_string(range.most));
    return std::nullopt;
  }
  return value_->GetInt64();
}

std::optional<std::int64_t> json_member::quantity(const configuration_member& member) const {
  if (!member.is_duration) {
    return whole_number(member.range);
  }
  const auto read = value_->IsString() ? read_duration(text_of(*value_)) : std::nullopt;
  constexpr std::int64_t in_millisecond = 1'000'000;
  const auto milliseconds = read ? read->count() / in_millisecond : -1;
  if (!read || read->count() % in_millisecond != 0 || milliseconds < member.range.least ||
      milliseconds > member.range.most) {
    refuse_value("Write a duration " + range_text(member) +
                 R"( with a unit and in quotes, such as "500ms", "10s" or "2min")");
    return std::nullopt;
  }
  return milliseconds;
}

}  // namespace midas::internal::proxy
