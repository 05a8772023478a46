#include "transport/formats/url.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/http_message.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"

#include <curl/curl.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

namespace midas::internal {

namespace {

constexpr std::size_t max_shown = 200;

std::string_view authority_of(std::string_view text) noexcept {
  const auto begin = text.find("://");
  if (begin == std::string_view::npos) {
    return {};
  }
  text.remove_prefix(begin + 3);
  return text.substr(0, text.find_first_of("/?#\\"));
}

// Omits user info and the query, which may be secret.
std::string shown(std::string_view text) {
  auto result = std::string{text.substr(0, text.find('?'))};
  const auto authority = authority_of(text);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    result.erase(static_cast<std::size_t>(authority.data() - text.data()), at + 1);
  }
  return quoted(one_line(result, max_shown));
}

unexpected invalid(std::string_view text, std::string_view what, std::string_view advice) {
  return fail(errc::invalid_endpoint, concat({"the endpoint ", shown(text), " ", what}), advice);
}

std::string_view host_in(std::string_view authority) noexcept {
  if (authority.starts_with('[')) {
    return authority.substr(0, authority.find(']') + 1);
  }
  return authority.substr(0, authority.find(':'));
}

std::optional<std::array<unsigned char, 4>> ipv4_address(std::string_view host) noexcept {
  std::array<char, INET_ADDRSTRLEN> text{};
  std::array<unsigned char, 4> address{};
  if (host.size() >= text.size()) {
    return std::nullopt;
  }
  std::ranges::copy(host, text.begin());
  return inet_pton(AF_INET, text.data(), address.data()) == 1 ? std::optional{address}
                                                              : std::nullopt;
}

std::optional<std::array<unsigned char, 16>> ipv6_address(std::string_view host) noexcept {
  std::array<char, INET6_ADDRSTRLEN> text{};
  std::array<unsigned char, 16> address{};
  if (!host.starts_with('[') || !host.ends_with(']') || host.size() - 2 >= text.size()) {
    return std::nullopt;
  }
  std::ranges::copy(host.substr(1, host.size() - 2), text.begin());
  return inet_pton(AF_INET6, text.data(), address.data()) == 1 ? std::optional{address}
                                                               : std::nullopt;
}

bool is_private(const std::array<unsigned char, 4>& address) noexcept {
  const auto [first, second, third, fourth] = address;
  return first == 10 || first == 127 || (first == 172 && (second & 0xf0U) == 16) ||
         (first == 192 && second == 168) || (first == 169 && second == 254) ||
         (first == 100 && (second & 0xc0U) == 64);
}

// An IPv4 address as an IPv6 one ends in the four bytes of it.
bool is_private(const std::array<unsigned char, 16>& address) noexcept {
  constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::ranges::equal(std::span{address}.first(mapped.size()), mapped)) {
    return is_private(
        std::array<unsigned char, 4>{address[12], address[13], address[14], address[15]});
  }
  return (address[0] & 0xfeU) == 0xfc || (address[0] == 0xfe && (address[1] & 0xc0U) == 0x80);
}

// Resolvers take a name for an IPv4 address if its last label is a decimal or hexadecimal number.
bool looks_like_ipv4(std::string_view host) noexcept {
  while (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  const auto label = host.substr(host.rfind('.') + 1);
  return std::ranges::all_of(label, ascii::is_digit) || label.starts_with("0x");
}

bool is_plain_host(std::string_view host) noexcept {
  if (host.starts_with('[')) {
    return host.find('%') == std::string_view::npos;
  }
  const bool is_plain = std::ranges::all_of(
      host, [](char c) { return ascii::is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
  return is_plain && !host.starts_with('.') && host.find("..") == std::string_view::npos &&
         (!looks_like_ipv4(host) || ipv4_address(host));
}

bool is_plain_name(std::string_view host) noexcept {
  constexpr std::size_t max_name = 255;
  return !host.empty() && host.size() <= max_name && ascii::is_alphanumeric(host.front()) &&
         !host.ends_with('.') && is_plain_host(host) &&
         std::ranges::none_of(host, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// "8080": a number between 1 and 65535 without leading zeros.
bool is_plain_port(std::string_view port) noexcept {
  constexpr unsigned max_port = 65'535;
  unsigned number = 0;
  const auto* const end = port.data() + port.size();
  const auto read = std::from_chars(port.data(), end, number);
  return read.ec == std::errc{} && read.ptr == end && !port.starts_with('0') && number <= max_port;
}

bool is_plain_path(std::string_view path) noexcept {
  return path.find("/.") == std::string_view::npos && std::ranges::all_of(path, [](char c) {
           return ascii::is_alphanumeric(c) ||
                  std::string_view{"/-_.~"}.find(c) != std::string_view::npos;
         });
}

// A URL as parsed by libcurl, which sends the requests.
class curl_reading {
 public:
  explicit curl_reading(const std::string& text) : handle_(curl_url(), curl_url_cleanup) {
    ok_ = handle_ != nullptr &&
          curl_url_set(handle_.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
  }

  [[nodiscard]] bool ok() const noexcept { return ok_; }

  [[nodiscard]] std::string part(CURLUPart which, unsigned flags = 0) const {
    char* text = nullptr;
    if (curl_url_get(handle_.get(), which, &text, flags) != CURLUE_OK) {
      return {};
    }
    const std::unique_ptr<char, decltype(&curl_free)> owner{text, curl_free};
    return text;
  }

 private:
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle_;
  bool ok_ = false;
};

}  // namespace

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  result.reserve(text.size() + text.size() / 2);
  for (const char c : text) {
    if (ascii::is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result.append({'%', digits[byte >> 4U], digits[byte & 0xfU]});
    }
  }
  return result;
}

std::string origin(const url_parts& url) {
  return concat({url.scheme, "://", url.host, (url.port.empty() ? "" : ":" + url.port)});
}

bool is_loopback(std::string_view host) noexcept {
  if (const auto address = ipv4_address(host)) {
    return address->front() == 127;
  }
  return host == "localhost" || host == "[::1]";
}

bool is_private_address(std::string_view host) noexcept {
  if (is_loopback(host)) {
    return true;
  }
  if (const auto address = ipv4_address(host)) {
    return is_private(*address);
  }
  const auto address = ipv6_address(host);
  return address && is_private(*address);
}

bool names_localhost(std::string_view url) noexcept {
  return equal_ignoring_case(host_in(authority_of(url)), "localhost");
}

std::optional<url_parts> parse_plain_url(std::string_view text) {
  const auto scheme = text.substr(0, text.find("://"));
  const auto authority = authority_of(text);
  const auto host = host_in(authority);
  if ((scheme != "http" && scheme != "https") || !is_plain_name(host)) {
    return std::nullopt;
  }
  const auto port = authority.substr(std::min(host.size() + 1, authority.size()));
  const auto path = text.substr(scheme.size() + 3 + authority.size());
  const bool has_port = authority.size() > host.size();
  if ((has_port && !is_plain_port(port)) || !is_plain_path(path)) {
    return std::nullopt;
  }
  const bool is_default = port == (scheme == "http" ? "80" : "443");
  return url_parts{.scheme = std::string{scheme},
                   .host = std::string{host},
                   .port = std::string{is_default ? std::string_view{} : port},
                   .path = path.empty() ? "/" : std::string{path},
                   .query = {}};
}

expected<url_parts> parse_url(std::string_view text) {
  if (auto plain = parse_plain_url(text)) {
    return *std::move(plain);
  }
  constexpr auto example = "Use a URL such as http://127.0.0.1:8080 or https://host";
  const auto is_foreign = [](char c) { return c <= 0x20 || c >= 0x7f || c == '\\'; };
  if (text.empty()) {
    return invalid(text, "is empty", example);
  }
  if (std::ranges::any_of(text, is_foreign)) {
    return invalid(text, "contains white space, control or non-ASCII characters or a backslash",
                   example);
  }
  const auto authority = authority_of(text);
  if (authority.find('@') != std::string_view::npos) {
    return invalid(text, "contains user info, which identity endpoints do not use", "Remove it");
  }
  const curl_reading reading{std::string{text}};
  url_parts parts;
  parts.scheme = ascii::lower(reading.ok() ? reading.part(CURLUPART_SCHEME) : "");
  if ((parts.scheme != "http" && parts.scheme != "https") || authority.empty()) {
    const bool lacks_brackets =
        !authority.starts_with('[') && std::ranges::count(authority, ':') > 1;
    return invalid(
        text, "is not an absolute http or https URL",
        lacks_brackets ? "Put an IPv6 address in brackets, as in http://[::1]:8080" : example);
  }
  if (text.find('#') != std::string_view::npos) {
    return invalid(text, "has a fragment, which would not be sent",
                   "Remove the # and the text after it");
  }
  // The host that is checked here must be the one that libcurl connects to.
  const auto written = ascii::lower(std::string{host_in(authority)});
  parts.host = ascii::lower(reading.part(CURLUPART_HOST));
  if (!is_plain_host(written) || (!written.starts_with('[') && written != parts.host)) {
    return invalid(
        text, "has a host that URL parsers disagree about",
        "Use a name, an IPv4 address as four decimal numbers, or an IPv6 address in brackets");
  }
  parts.port = reading.part(CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
  if (parts.port == "0") {
    return invalid(text, "has port 0", "Use the port that the endpoint listens on");
  }
  parts.path = reading.part(CURLUPART_PATH);
  parts.query = reading.part(CURLUPART_QUERY);
  return parts;
}

expected<url_parts> check_endpoint(std::string_view text, bool allow_insecure) {
  auto parts = parse_url(text);
  if (parts && parts->scheme == "http" && !allow_insecure && !is_loopback(parts->host) &&
      parts->host != "169.254.169.254") {
    return fail(
        errc::endpoint_not_allowed,
        concat({"the endpoint ", shown(text), " is plain http to a name or a public address"}),
        "Use https; or, if nobody else can read this network's traffic, set "
        "MIDAS_ALLOW_INSECURE_ENDPOINT=1 or allow_insecure_endpoint (--allow-insecure-endpoint)");
  }
  return parts;
}

expected<void> check_no_query(std::string_view text) {
  if (text.find('?') == std::string_view::npos) {
    return {};
  }
  return invalid(text, "must not have a query; midas adds it",
                 "Remove the ? and the text after it");
}

}  // namespace midas::internal
