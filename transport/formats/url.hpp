// URLs of identity endpoints: taken apart, checked, and put together.
#pragma once

#include <midas/error.hpp>

#include <string>
#include <string_view>

namespace midas::internal {

/// Everything outside RFC 3986's unreserved characters (letters, digits, "-._~") as %XX.
std::string percent_encode(std::string_view text);

/// An absolute http or https URL. Scheme and host are in lower case.
struct url_parts {
  std::string scheme;
  /// A name, a dotted IPv4 address, or an IPv6 address in brackets.
  std::string host;
  /// Empty when it is the scheme's own (80, 443).
  std::string port;
  /// At least "/".
  std::string path;
  /// What follows the '?'; empty when there is none.
  std::string query;

  friend bool operator==(const url_parts&, const url_parts&) = default;
};

/// "http://host", "https://host:8443".
std::string origin(const url_parts& url);

/// Whether a url_parts::host is this machine: 127.0.0.0/8, [::1], or localhost. A name that merely
/// resolves to it is not.
bool is_loopback(std::string_view host) noexcept;

/// Fails with errc::invalid_endpoint when `text` is no absolute http or https URL with a host, has
/// user info, a fragment, or port 0, holds white space, control or non-ASCII characters or a
/// backslash, or writes its host in a way that not everybody reads alike: percent-encoded, with a
/// zone, or as an IPv4 address that is not four decimal numbers (0x7f.1, 2130706433, 0177.0.0.1).
expected<url_parts> parse_url(std::string_view text);

/// As parse_url, and fails with errc::endpoint_not_allowed for plain http, by which everybody on
/// the way reads the tokens, unless to this machine or to 169.254.169.254, or with
/// `allow_insecure`.
expected<url_parts> check_endpoint(std::string_view text, bool allow_insecure);

}  // namespace midas::internal
