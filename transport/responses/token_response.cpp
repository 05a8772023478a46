#include "transport/responses/token_response.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "messages/time_text.hpp"
#include "transport/formats/host_text.hpp"
#include "transport/formats/json_object.hpp"
#include "transport/responses/body_description.hpp"
#include "transport/responses/expiry.hpp"
#include "transport/responses/foreign_server.hpp"
#include "transport/responses/host_clock.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace midas::internal {

namespace {

using std::chrono::sys_seconds;

struct token_members {
  std::array<json_member, 6> all{{{.name = "access_token"},
                                  {.name = "expires_in"},
                                  {.name = "expires_on"},
                                  {.name = "refresh_in"},
                                  {.name = "token_type"},
                                  {.name = "resource"}}};
  json_member& access_token = all[0];
  json_member& expires_in = all[1];
  json_member& expires_on = all[2];
  json_member& refresh_in = all[3];
  json_member& token_type = all[4];
  json_member& resource = all[5];
};

bool is_scalar(const json_member& member) noexcept {
  return member.kind == json_kind::string || member.kind == json_kind::number;
}

bool is_stated(const json_member& member) noexcept {
  return member.kind != json_kind::absent && member.kind != json_kind::null &&
         !(member.kind == json_kind::string && member.text.empty());
}

// "access_token: string, expires_in: null, 3 other members"
std::string shape_of(const token_members& members, std::size_t count) {
  std::string result;
  for (const auto& member : members.all) {
    if (member.kind != json_kind::absent) {
      result.append(result.empty() ? "" : ", ").append(member.name).append(": ");
      result += to_string(member.kind);
      --count;
    }
  }
  if (count != 0) {
    result.append(result.empty() ? "" : ", ").append(std::to_string(count));
    result += count == 1 ? " other member" : " other members";
  }
  return result.empty() ? "an empty object" : result;
}

unexpected reject(std::string_view source, std::string_view what, std::string_view advice = {}) {
  auto result = make_error(
      errc::invalid_response, concat({source, " answered HTTP 200 ", what}),
      advice.empty() ? "Check that the server at this address is an identity endpoint" : advice);
  result.source = source;
  result.http_status = 200;
  return unexpected{std::move(result)};
}

// The parser may have overwritten parts of the body: those of JSON, which is not shown.
unexpected reject_unreadable(std::string_view source, const http_response& response,
                             bool is_truncated) {
  const auto server = find_foreign_server(response);
  const auto form = form_of(response);
  std::string advice;
  if (server) {
    advice = server->advice;
  } else if (form == body_form::markup) {
    advice = advice_on_page();
  } else if (is_truncated) {
    advice = advice_on_truncation;
  }
  auto result = reject(
      source,
      concat({"with ", describe_body(response, form, is_truncated), describe_server(response)}),
      advice);
  if (server && server->kind == server_kind::other_cloud) {
    result.value().code = errc::not_an_azure_host;
  }
  return result;
}

struct expiry {
  std::optional<sys_seconds> time;
  bool stated = false;
};

// Azure issues tokens for at most about a day. A Date by which a token would live longer than this
// is itself wrong.
constexpr std::chrono::hours max_believed_life{48};

// By the clock of this machine, which is `clock_error` ahead of the host's.
std::optional<sys_seconds> time_of(const json_member& member, sys_seconds now,
                                   std::chrono::seconds clock_error) noexcept {
  const auto stated = is_scalar(member) ? read_stated_time(member.text, now) : std::nullopt;
  if (!stated) {
    return std::nullopt;
  }
  const auto corrected = stated->time + clock_error;
  return stated->is_relative || corrected > now + max_believed_life ? stated->time : corrected;
}

expiry find_expiry(const token_members& members, sys_seconds now,
                   std::chrono::seconds clock_error) noexcept {
  const auto in = time_of(members.expires_in, now, clock_error);
  const auto on = time_of(members.expires_on, now, clock_error);
  return {.time = in && on ? std::min(in, on) : (in ? in : on),
          .stated = is_stated(members.expires_in) || is_stated(members.expires_on)};
}

std::optional<sys_seconds> find_refresh(const json_member& refresh_in, sys_seconds now,
                                        sys_seconds expires_on,
                                        std::chrono::seconds clock_error) noexcept {
  const auto time = time_of(refresh_in, now, clock_error);
  return time && *time > now && *time < expires_on ? time : std::nullopt;
}

unexpected reject_expired(std::string_view source, const http_response& response,
                          sys_seconds expired_at, sys_seconds now, const std::string& shape) {
  auto result = reject(source, concat({"with an access token that has already expired, ",
                                       duration_text(std::chrono::abs(now - expired_at)), " ago",
                                       shape, "; ", describe_clock(response, now)}));
  result.value().advice =
      sent_at(response)
          ? "The host, or a cache on the way, returns an expired token: try again in a few "
            "minutes; if that does not help, restart the host's agent"
          : "Compare this machine's clock with another one (date -u); if it is right, "
            "the host or a cache on the way returns an expired token";
  return result;
}

unexpected reject_resource(std::string_view source, std::string_view stated,
                           std::string_view wanted, const http_response& response) {
  constexpr std::size_t max_shown = 200;
  auto result =
      reject(source,
             concat({"with a token for ", shown_host_text(stated, response.proofs, max_shown),
                     " instead of ", one_line(without_tokens(wanted), max_shown)}),
             "Try again: the host sometimes confuses the tokens of its callers");
  result.value().service_code = other_resource_code;
  return result;
}

// "https://Vault.azure.net/x" -> "vault.azure.net"; empty for a text that is not a URL, or whose
// host has no domain.
std::string host_of(std::string_view resource) {
  constexpr std::string_view separator = "://";
  const auto begin = resource.find(separator);
  if (begin == std::string_view::npos) {
    return {};
  }
  resource.remove_prefix(begin + separator.size());
  auto host = ascii::lower(std::string{resource.substr(0, resource.find_first_of("/:?#"))});
  if (host.find('.') == std::string::npos) {
    return {};
  }
  return host == "management.core.windows.net" ? "management.azure.com" : host;
}

// Usual bodies have a few hundred bytes besides the token, and a growing text has up to twice the
// memory that it needs.
constexpr std::size_t max_waste = 4'096;

// The token keeps the memory of the body, unless most of that would be waste. The text before the
// token, at least the name of its member, is overwritten with the type, which makes the value of an
// Authorization header.
void keep_token(token_grant& grant, sensitive_string body, std::size_t at, std::size_t size) {
  if (body.capacity() / 2 > size + max_waste) {
    grant.token = secret{std::string_view{body}.substr(at, size)};
    return;
  }
  constexpr std::size_t name_before = std::string_view{R"(access_token":")"}.size();
  const auto type = grant.token_type + ' ';
  if (type.size() > name_before) {
    grant.token = secret{std::move(body), at, size};
    return;
  }
  body.replace(at - type.size(), type.size(), type);
  grant.authorization_header = secret{std::move(body), at - type.size(), type.size() + size};
  grant.token = grant.authorization_header.from(type.size());
}

}  // namespace

// The loop has no early exit, so that the compiler can vectorize it.
bool fits_header(std::string_view token) noexcept {
  unsigned char unprintable = 0;
  for (const char c : token) {
    unprintable |= static_cast<unsigned char>(static_cast<unsigned char>(c - 0x20) > 0x7e - 0x20);
  }
  return unprintable == 0 && !token.starts_with(' ') && !token.ends_with(' ');
}

bool is_token_type(std::string_view text) noexcept {
  constexpr std::size_t max_length = 64;
  return text.size() <= max_length && std::ranges::all_of(text, [](char c) {
           return ascii::is_alphanumeric(c) ||
                  std::string_view{"-._+"}.find(c) != std::string_view::npos;
         });
}

bool is_other_resource(std::string_view stated, std::string_view wanted) {
  const auto host = host_of(stated);
  const auto wanted_host = host_of(wanted);
  return !host.empty() && !wanted_host.empty() && host != wanted_host;
}

expected<token_grant> read_token_response(std::string_view source, http_response response,
                                          sys_seconds now, std::string_view wanted) {
  if (response.body.empty()) {
    return reject(source, "with an empty body");
  }
  token_members members;
  const auto reading = read_json_object(response.body, members.all);
  if (reading.result == json_reading::outcome::malformed) {
    return reject_unreadable(source, response, reading.is_truncated);
  }
  if (reading.result == json_reading::outcome::other_value) {
    return reject(source, "with JSON that is not an object");
  }
  const auto shape = [&] { return concat({" (", shape_of(members, reading.members), ")"}); };
  const auto token = members.access_token.text;
  if (!is_stated(members.access_token)) {
    return reject(source, "without an access token" + shape());
  }
  if (members.access_token.kind != json_kind::string || !fits_header(token)) {
    return reject(source, "with an access token that is not printable ASCII text" + shape());
  }
  const bool typed = is_stated(members.token_type);
  if (typed &&
      (members.token_type.kind != json_kind::string || !is_token_type(members.token_type.text) ||
       repeats_proof(members.token_type.text, response.proofs))) {
    return reject(source, "with a token type that is not a word" + shape());
  }
  const auto clock_ahead = clock_error(response, now);
  const auto expires = find_expiry(members, now, clock_ahead);
  if (!expires.stated) {
    return reject(source, "without an expiry of the access token: expiry missing" + shape());
  }
  if (!expires.time) {
    return reject(source, "with an expiry that could not be read" + shape());
  }
  if (*expires.time <= now) {
    return reject_expired(source, response, *expires.time, now, shape());
  }
  if (!wanted.empty() && is_other_resource(members.resource.text, wanted)) {
    return reject_resource(source, members.resource.text, wanted, response);
  }
  token_grant grant;
  if (typed) {
    grant.token_type = members.token_type.text;
  }
  grant.expires_on = *expires.time;
  grant.refresh_on = find_refresh(members.refresh_in, now, *expires.time, clock_ahead);
  // Comes last, since all members point into the body.
  const auto at = static_cast<std::size_t>(token.data() - response.body.data());
  keep_token(grant, std::move(response.body), at, token.size());
  return grant;
}

}  // namespace midas::internal
