#include "transport/curl/curl_request_check.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace midas::internal {

namespace {

constexpr std::size_t max_name_size = 200;

// The characters of an RFC 9110 token; methods and header names are tokens.
constexpr auto token_characters = [] {
  std::array<bool, 256> result{};
  for (const char c : std::string_view{"0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&'*+-.^_`|~"}) {
    result[static_cast<unsigned char>(c)] = true;
  }
  return result;
}();

bool is_token_character(char c) noexcept { return token_characters[static_cast<unsigned char>(c)]; }

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool is_printable(char c) noexcept { return c > 0x20 && c < 0x7f; }

// The tab is the only control character allowed in a header value.
bool is_control_in_value(char c) noexcept {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

bool frames_the_message(std::string_view header) noexcept {
  constexpr std::array<std::string_view, 4> names{"content-length", "transfer-encoding", "expect",
                                                  "connection"};
  return std::ranges::any_of(
      names, [header](std::string_view name) { return equal_ignoring_case(name, header); });
}

std::size_t scheme_size(std::string_view url) noexcept {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equal_ignoring_case(url.substr(0, scheme.size()), scheme)) {
      return scheme.size();
    }
  }
  return 0;
}

std::string_view authority_of(std::string_view url) noexcept {
  url.remove_prefix(scheme_size(url));
  return url.substr(0, url.find_first_of("/?#"));
}

unexpected refuse(const http_request& request, std::string_view what, std::string_view advice) {
  return fail(errc::invalid_endpoint,
              concat({"the request to ", endpoint_name(request.url), " cannot be sent: ", what}),
              advice);
}

// Header names come from midas or an endpoint and may be shown; values may be secret.
std::string quoted(std::string_view header_name) {
  std::string result{header_name.substr(0, max_name_size)};
  std::ranges::replace_if(
      result, [](char c) { return !is_token_character(c); }, '?');
  return concat({"\"", result, "\""});
}

expected<void> check_url(const http_request& request) {
  const auto authority = authority_of(request.url);
  if (scheme_size(request.url) == 0 || authority.empty() || authority.starts_with(':')) {
    return refuse(request, "its URL is not absolute http or https",
                  "Use an endpoint such as http://169.254.169.254");
  }
  if (!std::ranges::all_of(request.url, is_printable)) {
    return refuse(request, "its URL contains white space, control or non-ASCII characters",
                  "Percent-encode them");
  }
  if (authority.find('@') != std::string_view::npos) {
    return refuse(request, "its URL contains credentials",
                  "Remove them: identity endpoints accept none");
  }
  if (request.pinned_certificate && !is_https(request.url)) {
    return refuse(request, "it pins a certificate, but its URL is not https",
                  "Use the https address of the endpoint");
  }
  if (request.internet != nullptr && !request.internet->server_name.empty() &&
      !is_https(request.url)) {
    return refuse(request, "it names a server for TLS, but its URL is not https",
                  "Use the https address of the endpoint");
  }
  return {};
}

expected<void> check_header(const http_request& request, const http_header& header) {
  if (!is_token(header.name)) {
    return refuse(request, concat({"the header name ", quoted(header.name), " is not valid"}), {});
  }
  if (frames_the_message(header.name)) {
    return refuse(request,
                  concat({"the transport sets the header ", quoted(header.name), " itself"}), {});
  }
  if (!is_header_value(header.value)) {
    return refuse(request,
                  concat({"the value of the header ", quoted(header.name),
                          " contains control characters, such as a line break"}),
                  "Check whether the file or variable that it comes from ends in a line break");
  }
  return {};
}

expected<void> check_size(const http_request& request) {
  auto size = request.method.size() + request.url.size();
  for (const auto& header : request.headers) {
    size += header.name.size() + header.value.size();
  }
  if (size > max_request_head_bytes) {
    return refuse(request,
                  concat({"its URL and headers have ", std::to_string(size), " bytes, more than ",
                          std::to_string(max_request_head_bytes)}),
                  "Check the length of the identity's id, the resource and the claims");
  }
  return {};
}

}  // namespace

bool is_header_value(std::string_view text) noexcept {
  return std::ranges::none_of(text, is_control_in_value);
}

bool is_https(std::string_view url) noexcept { return scheme_size(url) == 8; }

std::string_view origin_of(std::string_view url) noexcept {
  const auto scheme = scheme_size(url);
  return scheme == 0 ? url : url.substr(0, scheme + authority_of(url).size());
}

std::string target_of(std::string_view url) {
  url.remove_prefix(origin_of(url).size());
  url = url.substr(0, url.find('#'));
  std::string result{url.starts_with('/') ? "" : "/"};
  return result += url;
}

std::string endpoint_name(std::string_view url) {
  auto rest = url.substr(0, url.find_first_of("?#"));
  std::string result;
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    result = rest.substr(0, scheme + 3);
    rest.remove_prefix(scheme + 3);
  }
  if (const auto at = rest.substr(0, rest.find('/')).rfind('@'); at != std::string_view::npos) {
    rest.remove_prefix(at + 1);
  }
  result += rest;
  if (result.size() > max_name_size) {
    result.resize(max_name_size);
    result += "...";
  }
  std::ranges::replace_if(
      result, [](char c) { return !is_printable(c); }, '?');
  return result.empty() ? "\"\"" : result;
}

expected<void> check_request(const http_request& request) {
  for (const auto check : {check_size, check_url}) {
    if (auto checked = check(request); !checked) {
      return checked;
    }
  }
  if (!is_token(request.method)) {
    return refuse(request, "its method is not a valid HTTP method", {});
  }
  for (const auto& header : request.headers) {
    if (auto checked = check_header(request, header); !checked) {
      return checked;
    }
  }
  return {};
}

}  // namespace midas::internal
