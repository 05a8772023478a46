#include "tools/load/workers/worker_message.hpp"

#include "tools/json_writer.hpp"
#include "tools/load/document/document_member.hpp"

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

// Throws wrong_member.
worker_message message_in(const document_member& from) {
  const auto kind = from.required("kind");
  const auto* const known = std::ranges::find(kinds_of_messages, kind.text(),
                                              &decltype(kinds_of_messages)::value_type::second);
  if (known == kinds_of_messages.end()) {
    kind.refuse("a kind of message");
  }
  worker_message message{.kind = known->first,
                         .version = from.text_or_empty("version"),
                         .nonce = from.text_or_empty("nonce"),
                         .text = from.text_or_empty("text")};
  from.each_element("arguments", [&message](const document_member& each) {
    message.arguments.push_back(each.text());
  });
  return message;
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
  if (json.HasParseError()) {
    return std::nullopt;
  }
  try {
    return message_in({json, ""});
  } catch (const wrong_member&) {
    return std::nullopt;
  }
}

}  // namespace midas::internal::tools
