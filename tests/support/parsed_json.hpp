// JSON that a program prints.
#pragma once

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <string>

namespace midas::internal::test {

inline rapidjson::Document parsed(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.c_str());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

}  // namespace midas::internal::test
