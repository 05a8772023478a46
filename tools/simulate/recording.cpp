#include "tools/simulate/recording.hpp"

#include "tools/simulate/recorded_body.hpp"
#include "transport/hosts/host_registry.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace midas::internal::tools {

namespace {

using rapidjson::Value;

[[noreturn]] void refuse(std::string_view what) {
  throw std::invalid_argument(
      std::string{"this is not a report of `midas doctor --json`: "}.append(what));
}

const Value* find(const Value& object, const char* name) {
  const auto member = object.FindMember(name);
  return member == object.MemberEnd() ? nullptr : &member->value;
}

std::string text_in(const Value& object, const char* name) {
  const auto* const value = find(object, name);
  if (value == nullptr) {
    return {};
  }
  if (!value->IsString()) {
    refuse(std::string{name} + " must be text");
  }
  return {value->GetString(), value->GetStringLength()};
}

double number_in(const Value& object, const char* name, double max) {
  const auto* const value = find(object, name);
  if (value == nullptr) {
    return 0;
  }
  if (!value->IsNumber() || !(value->GetDouble() >= 0)) {
    refuse(std::string{name} + " must be a number that is not negative");
  }
  return std::min(value->GetDouble(), max);
}

const Value& list_in(const Value& object, const char* name) {
  const auto* const value = find(object, name);
  if (value == nullptr || !value->IsArray()) {
    refuse(std::string{name} + " must be a list");
  }
  for (const auto& each : value->GetArray()) {
    if (!each.IsObject()) {
      refuse(std::string{name} + " must be a list of objects");
    }
  }
  return *value;
}

recorded_body read_body(const Value& exchange, const Value* error) {
  constexpr double max_bytes = 1e9;
  recorded_body body;
  body.shape = text_in(exchange, "answer");
  body.size = static_cast<std::size_t>(number_in(exchange, "answer_bytes", max_bytes));
  if (find(exchange, "members") != nullptr) {
    for (const auto& each : list_in(exchange, "members").GetArray()) {
      body.members.emplace_back(text_in(each, "name"), text_in(each, "kind"));
    }
  }
  constexpr double max_members = 1000;
  body.other_members = static_cast<std::size_t>(number_in(exchange, "other_members", max_members));
  if (error != nullptr) {
    body.error_code = text_in(*error, "service_code");
    body.error_description = text_in(*error, "service_description");
  }
  return body;
}

// An answer from which a client takes a token, unless the report has an error.
bool grants_token(const recorded_body& body, int status) {
  const auto has = [&body](std::initializer_list<std::string_view> names) {
    return std::ranges::any_of(body.members, [&names](const auto& member) {
      return (member.second == "string" || member.second == "number") &&
             std::ranges::find(names, member.first) != names.end();
    });
  };
  return status == 200 && has({"access_token"}) && has({"expires_in", "expires_on"});
}

class rule_maker {
 public:
  rule_maker() { document_.SetObject().AddMember("rules", Value(rapidjson::kArrayType), memory()); }

  Value text(std::string_view value) {
    return {value.data(), static_cast<rapidjson::SizeType>(value.size()), memory()};
  }
  rapidjson::Document::AllocatorType& memory() { return document_.GetAllocator(); }

  void add(Value action, bool is_last) {
    Value rule(rapidjson::kObjectType);
    if (!is_last) {
      Value match(rapidjson::kObjectType);
      match.AddMember("nth", 1, memory());
      rule.AddMember("match", match, memory());
    }
    rule.AddMember("action", action, memory());
    document_["rules"].PushBack(rule, memory());
  }

  [[nodiscard]] std::string str() const {
    rapidjson::StringBuffer out;
    rapidjson::Writer<rapidjson::StringBuffer> json(out);
    document_.Accept(json);
    return {out.GetString(), out.GetSize()};
  }

 private:
  rapidjson::Document document_;
};

// What a client observes without an answer. A refused connection cannot be played by a host that
// listens: it is a lost one.
void add_failure(Value& action, std::string_view failed, rule_maker& maker) {
  if (failed.empty() || failed == "request_timeout" || failed == "deadline_exceeded" ||
      failed == "cancelled") {
    action.AddMember("hang", true, maker.memory());
  } else if (failed == "invalid_http") {
    action.AddMember("garbage", true, maker.memory());
  } else if (failed == "response_too_large") {
    action.AddMember("endless_body", true, maker.memory());
  } else {
    action.AddMember("reset", "before", maker.memory());
  }
}

void add_answer(Value& action, const Value& exchange, const recorded_body& body, int status,
                rule_maker& maker) {
  auto& memory = maker.memory();
  action.AddMember("status", status, memory);
  action.AddMember("body", maker.text(body_like(body)), memory);
  if (const auto type = text_in(exchange, "content_type"); !type.empty()) {
    action.AddMember("content_type", maker.text(type), memory);
  }
  constexpr double max_wait = 1e12;
  if (const auto wait = number_in(exchange, "retry_after_ms", max_wait); wait > 0) {
    const auto seconds = std::to_string(static_cast<long long>(wait / 1000 + 0.999));
    Value headers(rapidjson::kObjectType);
    headers.AddMember("Retry-After", maker.text(seconds), memory);
    action.AddMember("headers", headers, memory);
  }
}

Value action_of(const Value& exchange, const Value* error, bool is_challenge, rule_maker& maker) {
  constexpr double a_day = 86'400'000;
  Value action(rapidjson::kObjectType);
  const auto latency = static_cast<long long>(number_in(exchange, "elapsed_ms", a_day) * 1000);
  const auto* const status_value = find(exchange, "status");
  if (status_value == nullptr) {
    add_failure(action, text_in(exchange, "failed"), maker);
  } else {
    if (!status_value->IsInt() || status_value->GetInt() < 200 || status_value->GetInt() > 599) {
      refuse("status must be from 200 to 599");
    }
    const auto status = status_value->GetInt();
    const auto body = read_body(exchange, error);
    const bool is_own = is_challenge || (error == nullptr && grants_token(body, status));
    if (!is_own) {
      add_answer(action, exchange, body, status, maker);
    }
  }
  if (!action.HasMember("hang")) {
    action.AddMember("latency", maker.text(std::to_string(latency) + "us"), maker.memory());
  }
  return action;
}

}  // namespace

recording read_recording(std::string_view report) {
  rapidjson::Document document;
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  document.Parse<flags>(report.data(), report.size());
  if (document.HasParseError() || !document.IsObject()) {
    refuse("it must be one JSON object");
  }
  recording result;
  if (const auto name = text_in(document, "host"); !name.empty()) {
    const auto host = read_identity_host(name);
    if (!host) {
      refuse("host must name a host");
    }
    result.host = *host;
  }
  result.knows_imds_v2 = text_in(document, "imds_v2") != "no";
  const auto& exchanges = list_in(document, "exchanges").GetArray();
  if (exchanges.Empty()) {
    throw std::invalid_argument("the report has no HTTP exchange to play back");
  }
  const auto* const error = find(document, "error");
  if (error != nullptr && !error->IsObject()) {
    refuse("error must be an object");
  }
  rule_maker maker;
  for (rapidjson::SizeType i = 0; i < exchanges.Size(); ++i) {
    const bool is_last = i + 1 == exchanges.Size();
    // The path of a key file is the host's own to make.
    const bool is_challenge =
        !is_last && result.host && profile_of(*result.host).begins_with_challenge;
    maker.add(action_of(exchanges[i], is_last ? error : nullptr, is_challenge, maker), is_last);
  }
  result.rules = maker.str();
  return result;
}

}  // namespace midas::internal::tools
