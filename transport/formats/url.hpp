// Parses and checks the URLs of identity endpoints.
#pragma once

#include <midas/error.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace midas::internal {

/// Encodes every character except the unreserved ones of RFC 3986 (letters, digits, "-._~") as %XX.
std::string percent_encode(std::string_view text);

/// The parts of an absolute http or https URL, with scheme and host in lower case.
struct url_parts {
  std::string scheme;
  /// A name, a dotted IPv4 address, or an IPv6 address in brackets.
  std::string host;
  /// Empty if it is the scheme's default (80, 443).
  std::string port;
  /// At least "/".
  std::string path;
  /// The text after the '?'; empty if there is none.
  std::string query;

  friend bool operator==(const url_parts&, const url_parts&) = default;
};

/// "http://host", "https://host:8443".
std::string origin(const url_parts& url);

/// Whether a url_parts::host denotes this machine: 127.0.0.0/8, [::1], or localhost. Names that
/// resolve to such an address do not count.
bool is_loopback(std::string_view host) noexcept;

/// Whether a url_parts::host is an address to which no traffic comes from the Internet: loopback,
/// link-local (169.254.0.0/16, fe80::/10), private (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16,
/// fc00::/7), or of carrier-grade NAT (100.64.0.0/10). False for names, whatever they resolve to.
bool is_private_address(std::string_view host) noexcept;

/// Whether the host in a URL is "localhost", in any case.
bool names_localhost(std::string_view url) noexcept;

/// The parts of a URL of the usual form, "http://host:8080/path/of.it", about which no two parsers
/// disagree: lower case in scheme and host, no query, no escapes, no dot segments. Empty for any
/// other text, a valid URL or not. It does not call libcurl, which takes longer to load than a
/// program that answers from a token store otherwise runs.
std::optional<url_parts> parse_plain_url(std::string_view text);

/// Fails with errc::invalid_endpoint if `text` is not an absolute http or https URL with a host,
/// has user info, a fragment, or port 0, contains white space, control or non-ASCII characters or a
/// backslash, or has a host that parsers disagree about: percent-encoded, with a zone, or an IPv4
/// address that is not four decimal numbers (0x7f.1, 2130706433, 0177.0.0.1).
expected<url_parts> parse_url(std::string_view text);

/// As parse_url, and fails with errc::endpoint_not_allowed for plain http, which exposes tokens to
/// the network, unless it is to this machine or to 169.254.169.254, or `allow_insecure` is set.
expected<url_parts> check_endpoint(std::string_view text, bool allow_insecure);

/// Fails with errc::invalid_endpoint if the URL contains a '?'. The error does not show the query.
expected<void> check_no_query(std::string_view text);

}  // namespace midas::internal
