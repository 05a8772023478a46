#include "tools/doctor/body_shape.hpp"

#include "transport/formats/host_text.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <string_view>

namespace midas::internal::tools {

namespace {

constexpr std::size_t max_name_length = 40;
constexpr std::size_t max_names = 12;

// Other member names may be misplaced values.
bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_name_length && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::string_view kind_of(const rapidjson::Value& value) noexcept {
  switch (value.GetType()) {
    case rapidjson::kNullType:
      return "null";
    case rapidjson::kFalseType:
    case rapidjson::kTrueType:
      return "boolean";
    case rapidjson::kObjectType:
      return "object";
    case rapidjson::kArrayType:
      return "array";
    case rapidjson::kStringType:
      return value.GetStringLength() == 0 ? "empty string" : "string";
    case rapidjson::kNumberType:
      return "number";
  }
  return "?";
}

std::string shape_of_object(const rapidjson::Document& document, std::span<const secret> proofs) {
  std::string named;
  std::size_t names = 0;
  for (const auto& [name, value] : document.GetObject()) {
    const std::string_view text{name.GetString(), name.GetStringLength()};
    if (names < max_names && is_name(text) && !repeats_proof(text, proofs)) {
      ++names;
      named.append(named.empty() ? "" : ", ").append(text).append(": ");
      named += kind_of(value);
    }
  }
  if (const auto others = document.MemberCount() - names; others != 0) {
    named.append(named.empty() ? "" : ", ").append(std::to_string(others));
    named += others == 1 ? " other" : " others";
  }
  return named.empty() ? "an empty JSON object" : "a JSON object (" + named + ")";
}

}  // namespace

std::string shape_of(sensitive_string body, std::span<const secret> proofs) {
  const auto first = body.find_first_not_of(" \t\r\n");
  if (first == sensitive_string::npos) {
    return "empty";
  }
  if (body[first] == '<') {
    return "HTML or XML";
  }
  rapidjson::Document document;
  // In situ, so that every string stays in the buffer that sensitive_string wipes.
  constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag;
  document.ParseInsitu<flags>(body.data());
  if (document.HasParseError()) {
    return "not JSON";
  }
  return document.IsObject() ? shape_of_object(document, proofs) : "JSON, but not an object";
}

}  // namespace midas::internal::tools
