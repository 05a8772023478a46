#include "tools/simulate/recorded_body.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>

namespace midas::internal::tools {

namespace {

using json_text = rapidjson::Writer<rapidjson::StringBuffer>;

// More than any client reads.
constexpr std::size_t max_body_size = 1'048'577;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

std::string_view text_for(std::string_view name, const recorded_body& body) {
  if (!body.error_code.empty() && is_one_of(name, {"error", "code", "statusCode"})) {
    return body.error_code;
  }
  if (!body.error_description.empty() &&
      is_one_of(name, {"error_description", "message", "Message"})) {
    return body.error_description;
  }
  // As short as text can be, so that the body is not longer than the recorded one.
  return "x";
}

void write(json_text& json, std::string_view text) {
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_member(json_text& json, std::string_view name, std::string_view kind,
                  const recorded_body& body) {
  // As a lifetime or a time, it is over.
  constexpr int any_number = 0;
  write(json, name);
  if (kind == "string") {
    write(json, text_for(name, body));
  } else if (kind == "empty string") {
    write(json, "");
  } else if (kind == "number") {
    json.Int(any_number);
  } else if (kind == "boolean") {
    json.Bool(true);
  } else if (kind == "object") {
    json.StartObject();
    // Service Fabric's errors are objects.
    if (name == "error") {
      write_member(json, "code", "string", body);
      write_member(json, "message", "string", body);
    }
    json.EndObject();
  } else if (kind == "array") {
    json.StartArray();
    json.EndArray();
  } else {
    json.Null();
  }
}

std::string object_like(const recorded_body& body) {
  rapidjson::StringBuffer out;
  json_text json(out);
  json.StartObject();
  for (const auto& [name, kind] : body.members) {
    write_member(json, name, kind, body);
  }
  for (std::size_t i = 0; i < body.other_members; ++i) {
    // Not a name that doctor shows.
    write_member(json, "." + std::to_string(i + 1), "number", body);
  }
  json.EndObject();
  return {out.GetString(), out.GetSize()};
}

}  // namespace

std::string body_like(const recorded_body& body) {
  std::string text;
  char padding = ' ';
  if (body.shape.starts_with("a JSON object") || body.shape == "an empty JSON object") {
    text = object_like(body);
  } else if (body.shape == "JSON, but not an object") {
    text = "[]";
  } else if (body.shape == "HTML or XML") {
    text = "<html></html>";
  } else if (body.shape == "not JSON") {
    padding = 'x';
  }
  text.resize(std::clamp(body.size, text.size(), std::max(text.size(), max_body_size)), padding);
  return text;
}

}  // namespace midas::internal::tools
