#include "tools/load/workers/worker_message.hpp"

#include "tools/json_writer.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <utility>

namespace midas::internal::tools {

namespace {

constexpr std::array<std::pair<message_kind, std::string_view>, 8> kinds_of_messages{
    {{message_kind::hello, "hello"},
     {message_kind::proof, "proof"},
     {message_kind::refused, "refused"},
     {message_kind::prepare, "prepare"},
     {message_kind::ready, "ready"},
     {message_kind::start, "start"},
     {message_kind::alive, "alive"},
     {message_kind::document, "document"}}};

bool take_text(const rapidjson::Value& object, const char* name, std::string& to) {
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd()) {
    return true;
  }
  if (!found->value.IsString()) {
    return false;
  }
  to.assign(found->value.GetString(), found->value.GetStringLength());
  return true;
}

bool take_arguments(const rapidjson::Value& object, std::vector<std::string>& to) {
  const auto found = object.FindMember("arguments");
  if (found == object.MemberEnd()) {
    return true;
  }
  if (!found->value.IsArray()) {
    return false;
  }
  for (const auto& each : found->value.GetArray()) {
    if (!each.IsString()) {
      return false;
    }
    to.emplace_back(each.GetString(), each.GetStringLength());
  }
  return true;
}

}  // namespace

std::string to_line(const worker_message& message) {
  json_line_writer json;
  json.StartObject();
  const auto* const kind = std::ranges::find(kinds_of_messages, message.kind,
                                             &decltype(kinds_of_messages)::value_type::first);
  json.member("kind", kind->second);
  const auto member = [&json](std::string_view name, const std::string& text) {
    if (!text.empty()) {
      json.member(name, text);
    }
  };
  member("version", message.version);
  member("nonce", message.nonce);
  member("text", message.text);
  if (!message.arguments.empty()) {
    json.Key("arguments");
    json.StartArray();
    for (const auto& each : message.arguments) {
      json.String(each);
    }
    json.EndArray();
  }
  json.EndObject();
  return json.str();
}

std::optional<worker_message> read_message(std::string_view line) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
  std::string kind;
  if (json.HasParseError() || !json.IsObject() || !take_text(json, "kind", kind)) {
    return std::nullopt;
  }
  const auto* const known = std::ranges::find(kinds_of_messages, std::string_view{kind},
                                              &decltype(kinds_of_messages)::value_type::second);
  worker_message message;
  if (known == kinds_of_messages.end() || !take_text(json, "version", message.version) ||
      !take_text(json, "nonce", message.nonce) || !take_text(json, "text", message.text) ||
      !take_arguments(json, message.arguments)) {
    return std::nullopt;
  }
  message.kind = known->first;
  return message;
}

}  // namespace midas::internal::tools
