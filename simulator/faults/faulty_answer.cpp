#include "simulator/faults/faulty_answer.hpp"

#include "simulator/tokens/json_text.hpp"

#include <rapidjson/document.h>

#include <string>
#include <string_view>

namespace midas::internal::simulator {
namespace {

constexpr std::string_view json_type = "application/json; charset=utf-8";

struct error_text {
  std::string_view code;
  std::string_view description;
};

/// The text of 429 is that of live machines (dotnet/SqlClient issue 2344) and the code of 5xx is
/// documented on Microsoft Learn; the others are ours.
error_text text_for(int status) {
  if (status == 429) {
    return {"invalid_request", "Temporarily throttled, too many requests"};
  }
  if (status == 404 || status == 410) {
    return {"not_available", "The endpoint is being updated"};
  }
  if (status >= 500) {
    return {"unknown", "The service is temporarily unavailable"};
  }
  return {"invalid_request", "A fault rule of the simulator refuses this request"};
}

/// Removes every field of that name. `fields` consists of complete lines.
void remove_field(std::string& fields, std::string_view name) {
  for (std::size_t at = 0; at < fields.size();) {
    const auto next = fields.find("\r\n", at) + 2;
    const auto line = std::string_view(fields).substr(at, next - at);
    if (http::equal_ignoring_case(line.substr(0, line.find(':')), name)) {
      fields.erase(at, next - at);
    } else {
      at = next;
    }
  }
}

void replace_field(response& out, std::string_view name, std::string_view value) {
  remove_field(out.fields, name);
  out.add_field(name, value);
}

void write_error(simulated_protocol& host, int status, response& out) {
  const auto [code, description] = text_for(status);
  out.add_field("Content-Type", json_type);
  host.write_error(out, status, code, description);
}

void write_replacement(const fault_action& action, simulated_protocol& host, response& out) {
  constexpr int found = 302;
  const int status = action.status.value_or(found);
  if (action.body) {
    out.add_field("Content-Type", json_type);
    out.body = *action.body;
  } else if (status >= 400) {
    write_error(host, status, out);
  }
  out.status = status;
  if (action.redirect) {
    out.add_field("Location", *action.redirect);
  }
}

/// Leaves a body without the member expires_on unchanged.
void replace_expires_on(std::string& body, const std::string& text) {
  rapidjson::Document document;
  document.Parse(body.data(), body.size());
  if (document.HasParseError() || !document.IsObject() || !document.HasMember("expires_on")) {
    return;
  }
  document["expires_on"].SetString(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  std::string changed;
  string_stream stream(changed);
  json_object::writer writer(stream);
  document.Accept(writer);
  body = std::move(changed);
}

/// Applies a change to the host's tokens for the lifetime of the object.
class scoped_token_change {
 public:
  scoped_token_change(token_issuer& issuer, const token_change& change) : issuer_(issuer) {
    issuer_.change(change);
  }
  ~scoped_token_change() { issuer_.change({}); }
  scoped_token_change(const scoped_token_change&) = delete;
  scoped_token_change& operator=(const scoped_token_change&) = delete;

 private:
  token_issuer& issuer_;
};

}  // namespace

void answer_with_fault(const fault_action& action, simulated_protocol& host,
                       const request_view& request, std::chrono::system_clock::time_point now,
                       response& out) {
  out.fault = action.wire;
  out.token_request = true;
  if (action.wire.kind == wire_fault_kind::reset_before ||
      action.wire.kind == wire_fault_kind::garbage || action.wire.kind == wire_fault_kind::hang) {
    return;
  }
  if (action.replaces_answer()) {
    write_replacement(action, host, out);
  } else {
    const scoped_token_change change(host.issuer(), action.token);
    host.answer(request, now, out);
  }
  for (const auto& [name, value] : action.headers) {
    replace_field(out, name, value);
  }
  if (action.content_type) {
    replace_field(out, "Content-Type", *action.content_type);
  }
  if (action.expires_on_form) {
    replace_expires_on(out.body, *action.expires_on_form);
  }
}

void answer_throttled(simulated_protocol& host, response& out) {
  constexpr int too_many_requests = 429;
  out.token_request = true;
  write_error(host, too_many_requests, out);
  // The limit is per second.
  out.add_field("Retry-After", "1");
}

}  // namespace midas::internal::simulator
