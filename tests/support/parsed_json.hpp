// JSON that a program prints.
#pragma once

#include "tests/support/catch.hpp"

#include <rapidjson/document.h>

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

}  // namespace midas::internal::test
