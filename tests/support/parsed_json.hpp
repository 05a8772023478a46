// JSON that a program prints.
#pragma once

#include "tests/support/catch.hpp"

#include <rapidjson/document.h>

#include <ctime>
#include <string>

namespace midas::internal::test {

inline rapidjson::Document parsed(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.c_str());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

/// The text that is the value of that member of an object; "absent" without it.
inline std::string member(const std::string& json, const char* name) {
  const auto document = parsed(json);
  const auto found = document.FindMember(name);
  return found == document.MemberEnd() ? "absent" : found->value.GetString();
}

/// True if the object states the time twice: `name` in Unix seconds, and `name`_utc as ISO 8601
/// text.
inline bool is_same_time(const rapidjson::Value& object, const std::string& name) {
  const auto number = object.FindMember(name.c_str());
  const auto text = object.FindMember((name + "_utc").c_str());
  std::tm parts{};
  return number != object.MemberEnd() && text != object.MemberEnd() &&
         ::strptime(text->value.GetString(), "%Y-%m-%dT%H:%M:%SZ", &parts) != nullptr &&
         ::timegm(&parts) == number->value.GetInt64();
}

}  // namespace midas::internal::test
