#include "proxy/protocols/reply_text.hpp"

#include "http/app_service_request.hpp"
#include "http/imds_request.hpp"
#include "http/json_object.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace midas::internal::proxy {
namespace {

using std::chrono::seconds;

/// The digits of a number.
class digits {
 public:
  explicit digits(std::int64_t number)
      : size_(static_cast<std::size_t>(
            std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr - text_.data())) {}

  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 24> text_{};
  std::size_t size_;
};

std::string_view fields_of(client_protocol protocol) noexcept {
  return protocol == client_protocol::imds ? http::imds::response_fields
                                           : http::app_service::response_fields;
}

void append_status(sensitive_string& out, int status) {
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  out.append("HTTP/1.1 ").append(digits{status}.text()).append(" ");
  out.append(reason.data(), reason.size()).append("\r\n");
}

void append_field(sensitive_string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_frame(sensitive_string& out, const reply_frame& frame, std::size_t body_size) {
  append_field(out, "Date", frame.date);
  append_field(out, "Content-Length", digits{static_cast<std::int64_t>(body_size)}.text());
  if (!frame.connection.empty()) {
    append_field(out, "Connection", frame.connection);
  }
  out.append("\r\n");
}

std::int64_t unix_seconds(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

sensitive_string token_body(const token_query& query, const access_token& token,
                            const token_claims& claims, std::chrono::sys_seconds now) {
  sensitive_string body;
  body.reserve(token.token().size() + query.resource.size() + 512);
  http::json_object object(body);
  object.text("access_token", token.token().reveal());
  if (!claims.client_id.empty()) {
    object.text("client_id", claims.client_id);
  }
  const digits left{
      std::max(unix_seconds(token.expires_on()) - unix_seconds(now), std::int64_t{0})};
  if (query.protocol == client_protocol::imds) {
    object.text("expires_in", left.text());
  }
  object.text("expires_on", digits{unix_seconds(token.expires_on())}.text());
  if (query.protocol == client_protocol::imds) {
    object.text("ext_expires_in", left.text());
  }
  if (!claims.not_before.empty()) {
    object.text("not_before", claims.not_before);
  }
  object.text("resource", query.resource).text("token_type", token.token_type());
  object.end();
  return body;
}

sensitive_string refusal_body(const refusal& refused, std::string_view id) {
  sensitive_string body;
  http::json_object object(body);
  if (refused.protocol == client_protocol::app_service) {
    object.number("statusCode", refused.status)
        .text("message", refused.text)
        .text("correlationId", id);
  } else if (refused.lists_versions) {
    object.text("error", refused.text).texts("newest-versions", http::imds::newest_versions());
  } else if (refused.code.empty()) {
    object.text("error", refused.text);
  } else {
    object.text("error", refused.code).text("error_description", refused.text);
    if (!refused.correlation_id.empty()) {
      object.text("correlation_id", refused.correlation_id);
    }
  }
  object.end();
  return body;
}

}  // namespace

std::size_t append_token(sensitive_string& out, const token_query& query, const access_token& token,
                         const token_claims& claims, std::chrono::sys_seconds now,
                         const reply_frame& frame) {
  const auto begin = out.size();
  const auto body = token_body(query, token, claims, now);
  append_status(out, 200);
  std::size_t id_at = 0;
  if (query.protocol == client_protocol::imds) {
    append_field(out, "x-ms-request-id", frame.request_id);
    id_at = out.size() - begin - 2 - frame.request_id.size();
  }
  out.append(fields_of(query.protocol));
  append_frame(out, frame, body.size());
  out.append(body);
  return id_at;
}

void append_refusal(sensitive_string& out, const refusal& refused, const reply_frame& frame) {
  const auto id =
      refused.correlation_id.empty() ? frame.request_id : std::string_view{refused.correlation_id};
  const auto body = refusal_body(refused, id);
  append_status(out, refused.status);
  if (refused.protocol == client_protocol::imds) {
    append_field(out, "x-ms-request-id", frame.request_id);
  } else {
    append_field(out, "X-CORRELATION-ID", id);
  }
  out.append(fields_of(refused.protocol));
  if (refused.status == 405) {
    // RFC 9110, section 15.5.6: a 405 names the methods that are allowed.
    append_field(out, "Allow", "GET");
  }
  if (refused.retry_after) {
    append_field(out, "Retry-After", digits{refused.retry_after->count()}.text());
  }
  append_frame(out, frame, body.size());
  if (frame.with_body) {
    out.append(body);
  }
}

void append_protocol_error(sensitive_string& out, int status, std::string_view text,
                           std::string_view date) {
  sensitive_string body;
  http::json_object(body).text("error", text);
  append_status(out, status);
  out.append(http::imds::response_fields);
  if (status == 503) {
    append_field(out, "Retry-After", "1");
  }
  append_frame(out, {.date = date, .connection = "close"}, body.size());
  out.append(body);
}

}  // namespace midas::internal::proxy
