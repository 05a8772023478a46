#include "transport/responses/error_body.hpp"

#include "messages/plain_text.hpp"
#include "transport/formats/host_text.hpp"
#include "transport/formats/json_object.hpp"
#include "transport/responses/body_description.hpp"

#include <array>
#include <initializer_list>
#include <span>
#include <string_view>

namespace midas::internal {

namespace {

constexpr std::size_t max_code_length = 120;
constexpr std::size_t max_description_length = 400;
constexpr std::size_t max_excerpt_length = 200;

std::string_view text_of(const json_member& member) noexcept {
  const bool scalar = member.kind == json_kind::string || member.kind == json_kind::number;
  return scalar ? member.text : std::string_view{};
}

std::string_view first_stated(std::initializer_list<const json_member*> candidates) noexcept {
  for (const auto* candidate : candidates) {
    if (const auto text = text_of(*candidate); !text.empty()) {
      return text;
    }
  }
  return {};
}

// Without it, nothing tells that a host means the answer as an error.
std::string excerpt_of(std::string_view body, std::span<const secret> proofs) {
  return may_hold_token(body, false)
             ? " (not shown, since it may contain a token)"
             : ": " + quoted(shown_host_text(body, proofs, max_excerpt_length));
}

void read_members(http_response& response, error_body& result) {
  std::array<json_member, 10> members{{{.name = "error"},
                                       {.name = "code", .parent = "error"},
                                       {.name = "message", .parent = "error"},
                                       {.name = "correlationId", .parent = "error"},
                                       {.name = "correlation_id", .parent = "error"},
                                       {.name = "error_description"},
                                       {.name = "message"},
                                       {.name = "correlationId"},
                                       {.name = "correlation_id"},
                                       {.name = "statusCode"}}};
  const auto& [error, nested_code, nested_message, nested_correlation, nested_correlation_2,
               error_description, message, correlation, correlation_2, status_code] = members;
  // Must precede the parsing, which overwrites the body.
  const auto excerpt = excerpt_of(response.body, response.proofs);
  const auto unreadable = describe_body(response, body_form::unreadable, false);
  const auto truncated = describe_body(response, body_form::unreadable, true);
  const auto reading = read_json_object(response.body, members);
  if (reading.result == json_reading::outcome::malformed) {
    result.form = body_form::unreadable;
    result.text = reading.is_truncated ? truncated : unreadable;
    return;
  }
  const auto shown = [&proofs = response.proofs](
                         std::initializer_list<const json_member*> candidates,
                         std::size_t max_bytes) {
    return shown_host_text(first_stated(candidates), proofs, max_bytes);
  };
  result.code = shown({&error, &nested_code, &status_code}, max_code_length);
  result.description =
      shown({&nested_message, &error_description, &message}, max_description_length);
  result.correlation_id = shown(
      {&nested_correlation, &nested_correlation_2, &correlation, &correlation_2}, max_code_length);
  const bool is_error =
      !first_stated({&error, &nested_code}).empty() || !result.description.empty();
  result.form = is_error ? body_form::error : body_form::no_error;
  result.has_code = !first_stated({&error, &nested_code}).empty();
  result.has_status_code = is_error && !result.has_code && !text_of(status_code).empty();
  result.text = is_error ? std::string{} : "JSON with no known error" + excerpt;
}

}  // namespace

error_body read_error_body(http_response& response) {
  error_body result{.form = form_of(response)};
  if (result.form == body_form::unreadable) {
    read_members(response, result);
  } else {
    result.text = describe_body(response, result.form, false);
  }
  return result;
}

}  // namespace midas::internal
