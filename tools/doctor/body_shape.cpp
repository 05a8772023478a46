#include "tools/doctor/body_shape.hpp"

#include "tools/doctor/known_names.hpp"
#include "transport/formats/host_text.hpp"

#include <rapidjson/document.h>

#include <string_view>
#include <utility>

namespace midas::internal::tools {

namespace {

constexpr std::size_t max_names = 12;

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

void read_object(const rapidjson::Document& document, std::span<const secret> proofs,
                 body_shape& shape) {
  std::string named;
  for (const auto& [name, value] : document.GetObject()) {
    const std::string_view text{name.GetString(), name.GetStringLength()};
    if (shape.members.size() < max_names && is_known_member(text) && !repeats_proof(text, proofs)) {
      shape.members.push_back({std::string{text}, kind_of(value)});
      named.append(named.empty() ? "" : ", ").append(text).append(": ");
      named += kind_of(value);
    }
  }
  shape.other_members = document.MemberCount() - shape.members.size();
  if (const auto others = shape.other_members; others != 0) {
    named.append(named.empty() ? "" : ", ").append(std::to_string(others));
    named += others == 1 ? " other" : " others";
  }
  shape.text = named.empty() ? "an empty JSON object" : "a JSON object (" + named + ")";
}

}  // namespace

body_shape read_shape(sensitive_string body, std::span<const secret> proofs) {
  body_shape shape;
  const auto first = body.find_first_not_of(" \t\r\n");
  if (first == sensitive_string::npos) {
    shape.text = "empty";
    return shape;
  }
  if (body[first] == '<') {
    shape.text = "HTML or XML";
    return shape;
  }
  rapidjson::Document document;
  // In situ, so that every string stays in the buffer that sensitive_string wipes.
  constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag;
  document.ParseInsitu<flags>(body.data());
  if (document.HasParseError()) {
    shape.text = "not JSON";
  } else if (document.IsObject()) {
    read_object(document, proofs, shape);
  } else {
    shape.text = "JSON, but not an object";
  }
  return shape;
}

std::string shape_of(sensitive_string body, std::span<const secret> proofs) {
  return read_shape(std::move(body), proofs).text;
}

}  // namespace midas::internal::tools
