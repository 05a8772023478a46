#include "transport/responses/error_body.hpp"

#include "messages/plain_text.hpp"
#include "transport/formats/host_text.hpp"
#include "transport/formats/json_object.hpp"

#include <array>
#include <initializer_list>
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

std::string excerpt_of(std::string_view body, std::span<const secret> proofs) {
  if (body.find("access_token") != std::string_view::npos) {
    return "(not shown, since it may contain a token)";
  }
  return quoted(shown_host_text(body, proofs, max_excerpt_length));
}

std::string_view first_stated(std::initializer_list<const json_member*> candidates) noexcept {
  for (const auto* candidate : candidates) {
    if (const auto text = text_of(*candidate); !text.empty()) {
      return text;
    }
  }
  return {};
}

void read_members(sensitive_string& body, std::span<const secret> proofs, error_body& result) {
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
  if (read_json_object(body, members).result == json_reading::outcome::malformed) {
    result.form = body_form::unreadable;
    return;
  }
  const auto shown = [proofs](std::initializer_list<const json_member*> candidates,
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
}

}  // namespace

error_body read_error_body(sensitive_string body, std::span<const secret> proofs) {
  error_body result;
  const auto begin = body.find_first_not_of(" \t\r\n");
  if (begin == sensitive_string::npos) {
    return result;
  }
  // Must precede the parsing, which overwrites the body.
  result.excerpt = excerpt_of(body, proofs);
  if (body[begin] == '<') {
    result.form = body_form::markup;
  } else {
    read_members(body, proofs, result);
  }
  return result;
}

}  // namespace midas::internal
