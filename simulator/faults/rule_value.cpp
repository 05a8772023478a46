#include "simulator/faults/rule_value.hpp"

#include "messages/read_duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace midas::internal::simulator {
namespace {

std::string_view view_of(const rapidjson::Value& text) {
  return {text.GetString(), text.GetStringLength()};
}

/// The shortest text that reads back as the same number.
std::string text_of(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::string list_of(std::initializer_list<std::string_view> names) {
  std::string list;
  for (const auto name : names) {
    list.append(list.empty() ? "" : ", ").append(name);
  }
  return list;
}

}  // namespace

void rule_value::refuse(std::string_view what) const {
  throw std::invalid_argument("the fault rules are invalid: " +
                              (path_.empty() ? "the file" : path_) + " " + std::string(what));
}

const rule_value& rule_value::require_object(std::initializer_list<std::string_view> names) const {
  if (!value_.IsObject()) {
    refuse("must be an object with members among " + list_of(names));
  }
  for (auto at = value_.MemberBegin(); at != value_.MemberEnd(); ++at) {
    const auto name = view_of(at->name);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      refuse(std::string("has an unknown member '").append(name) + "'; it may have " +
             list_of(names));
    }
    if (&value_.FindMember(at->name)->value != &at->value) {
      refuse(std::string("has the member '").append(name) + "' twice; remove one of them");
    }
  }
  return *this;
}

std::optional<rule_value> rule_value::member(std::string_view name) const {
  const rapidjson::Value key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  const auto found = value_.FindMember(key);
  if (found == value_.MemberEnd()) {
    return std::nullopt;
  }
  return rule_value(found->value, std::string(path_).append(path_.empty() ? "" : ".").append(name));
}

rule_value rule_value::required(std::string_view name) const {
  auto found = member(name);
  if (!found) {
    refuse(std::string("has no member '").append(name) + "'; add it");
  }
  return *found;
}

std::vector<std::pair<std::string, rule_value>> rule_value::members() const {
  if (!value_.IsObject()) {
    refuse("must be an object");
  }
  std::vector<std::pair<std::string, rule_value>> result;
  for (const auto& entry : value_.GetObject()) {
    const std::string name(view_of(entry.name));
    result.emplace_back(name, rule_value(entry.value, path_ + "." + name));
  }
  return result;
}

std::vector<rule_value> rule_value::elements() const {
  if (!value_.IsArray()) {
    refuse("must be an array");
  }
  std::vector<rule_value> result;
  for (rapidjson::SizeType i = 0; i < value_.Size(); ++i) {
    result.emplace_back(value_[i], path_ + "[" + std::to_string(i) + "]");
  }
  return result;
}

std::string rule_value::text() const {
  if (!value_.IsString()) {
    refuse("must be text");
  }
  return std::string(view_of(value_));
}

double rule_value::number(double min, double max) const {
  if (!value_.IsNumber() || value_.GetDouble() < min || value_.GetDouble() > max) {
    refuse("must be a number from " + text_of(min) + " to " + text_of(max));
  }
  return value_.GetDouble();
}

std::uint64_t rule_value::count(std::uint64_t min, std::uint64_t max) const {
  if (!value_.IsUint64() || value_.GetUint64() < min || value_.GetUint64() > max) {
    refuse("must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return value_.GetUint64();
}

std::chrono::nanoseconds rule_value::duration(std::chrono::nanoseconds max) const {
  const auto length = value_.IsString() ? read_duration(view_of(value_)) : std::nullopt;
  if (!length || *length > max) {
    refuse(R"(must be a duration such as "50ms" or "5s", of at most )" +
           std::to_string(std::chrono::duration_cast<std::chrono::hours>(max).count()) + "h");
  }
  return *length;
}

bool rule_value::is_set() const {
  if (!value_.IsTrue()) {
    refuse("must be true; leave it out otherwise");
  }
  return true;
}

}  // namespace midas::internal::simulator
