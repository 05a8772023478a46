#include "proxy/configuration/listen_address_text.hpp"

#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <system_error>

namespace midas::internal::proxy {
namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::string_view address_advice =
    "Write an address and a port such as 127.0.0.1:8080 or [::1]:8080, or "
    "unix:/run/midas/proxy.sock";

unexpected not_an_address(std::string_view text, std::string_view why) {
  return fail(errc::invalid_configuration, quoted_start(text) + " " + std::string{why},
              std::string{address_advice});
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, port);
  return read.ec == std::errc{} && read.ptr == end ? std::optional{port} : std::nullopt;
}

using ip_bytes = std::array<unsigned char, 16>;

// IPv4 addresses in the form in which they are mapped to IPv6. Empty if it is not an address.
std::optional<ip_bytes> bytes_of(const std::string& address) noexcept {
  ip_bytes bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) {
    return bytes;
  }
  bytes[10] = bytes[11] = 0xff;
  return ::inet_pton(AF_INET, address.c_str(), &bytes[12]) == 1 ? std::optional{bytes}
                                                                : std::nullopt;
}

bool is_mapped(const ip_bytes& bytes) noexcept {
  constexpr std::array<unsigned char, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

// The spelling of inet_ntop(); `text` must be an address of that family.
std::string canonical(const std::string& text, int family) {
  std::array<unsigned char, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> result{};
  ::inet_pton(family, text.c_str(), bytes.data());
  ::inet_ntop(family, bytes.data(), result.data(), result.size());
  return result.data();
}

bool is_every_address(const listen_address& at) noexcept {
  return at.address == "0.0.0.0" || at.address == "::";
}

bool is_ipv6(const listen_address& at) noexcept {
  return at.address.find(':') != std::string::npos;
}

}  // namespace

expected<void> check_socket_path(std::string_view path) {
  if (!path.starts_with('/')) {
    return fail(errc::invalid_configuration, quoted_start(path) + " is not an absolute path",
                "Write the path of the socket from the root, such as /run/midas/proxy.sock");
  }
  if (path.size() > max_socket_path) {
    return fail(errc::invalid_configuration,
                quoted_start(path) + " has " + std::to_string(path.size()) +
                    " bytes; the path of a Unix socket has at most " +
                    std::to_string(max_socket_path),
                "Choose a shorter path, such as /run/midas/proxy.sock");
  }
  if (path.back() == '/' || path.find('\0') != std::string_view::npos) {
    return fail(errc::invalid_configuration, quoted_start(path) + " is not the path of a file",
                "Write the path of the socket itself, such as /run/midas/proxy.sock");
  }
  return {};
}

expected<listen_address> parse_listen_address(std::string_view text) {
  if (text.starts_with(unix_prefix)) {
    const auto path = text.substr(unix_prefix.size());
    if (auto valid = check_socket_path(path); !valid) {
      return unexpected{std::move(valid.error())};
    }
    return listen_address{.path = std::string{path}};
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return not_an_address(text, "has no port");
  }
  const auto port = read_port(text.substr(colon + 1));
  if (!port) {
    return not_an_address(text, "has no port from 0 to 65535");
  }
  auto host = text.substr(0, colon);
  const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (in_brackets) {
    host = host.substr(1, host.size() - 2);
  }
  const std::string address{host};
  const auto family = in_brackets ? AF_INET6 : AF_INET;
  std::array<unsigned char, 16> bytes{};
  // A NUL would end the address early.
  if (address.find('\0') != std::string::npos ||
      ::inet_pton(family, address.c_str(), bytes.data()) != 1) {
    return not_an_address(text, "has no numeric address");
  }
  return listen_address{.address = canonical(address, family), .port = *port};
}

std::string to_string(const listen_address& at) {
  if (!at.path.empty()) {
    return std::string{unix_prefix} + at.path;
  }
  const auto port = ":" + std::to_string(at.port);
  return is_ipv6(at) ? "[" + at.address + "]" + port : at.address + port;
}

bool is_loopback(const listen_address& at) noexcept {
  if (!at.path.empty()) {
    return true;
  }
  const auto bytes = bytes_of(at.address);
  if (!bytes) {
    return false;
  }
  ip_bytes ipv6_loopback{};
  ipv6_loopback.back() = 1;
  return is_mapped(*bytes) ? (*bytes)[12] == 127 : *bytes == ipv6_loopback;
}

bool collide(const listen_address& one, const listen_address& other) noexcept {
  if (!one.path.empty() || !other.path.empty()) {
    return one.path == other.path;
  }
  if (one.port != other.port || one.port == 0) {
    return false;
  }
  return one.address == other.address ||
         (is_ipv6(one) == is_ipv6(other) && (is_every_address(one) || is_every_address(other)));
}

}  // namespace midas::internal::proxy
