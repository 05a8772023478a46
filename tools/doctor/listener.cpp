#include "tools/doctor/listener.hpp"

#include "transport/formats/url.hpp"

#include <arpa/inet.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <vector>

namespace midas::internal::tools {

namespace {

using address_bytes = std::vector<unsigned char>;

struct socket_row {
  address_bytes address;
  std::uint32_t port = 0;
  std::uint32_t user_id = 0;
};

template <class Number>
std::optional<Number> parse(std::string_view text, int base) noexcept {
  Number result{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), result, base);
  return problem == std::errc{} && end == text.data() + text.size() ? std::optional{result}
                                                                    : std::nullopt;
}

// "0100007F": words of four bytes, each printed as a number of this machine.
std::optional<address_bytes> parse_address(std::string_view text) {
  constexpr std::size_t word = 8;
  address_bytes result;
  for (; !text.empty(); text.remove_prefix(std::min(word, text.size()))) {
    const auto number = parse<std::uint32_t>(text.substr(0, word), 16);
    if (!number) {
      return std::nullopt;
    }
    std::array<unsigned char, sizeof(std::uint32_t)> bytes{};
    std::memcpy(bytes.data(), &*number, bytes.size());
    result.insert(result.end(), bytes.begin(), bytes.end());
  }
  return result;
}

// A row of a listening socket: "sl local remote state queues timer retransmits uid ...".
std::optional<socket_row> parse_row(const std::string& line) {
  constexpr std::string_view listening = "0A";
  constexpr std::size_t uid_column = 7;
  std::istringstream in{line};
  const std::vector<std::string> words{std::istream_iterator<std::string>{in}, {}};
  if (words.size() <= uid_column || words[3] != listening) {
    return std::nullopt;
  }
  const std::string_view local{words[1]};
  const auto colon = local.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const auto address = parse_address(local.substr(0, colon));
  const auto port = parse<std::uint32_t>(local.substr(colon + 1), 16);
  const auto user = parse<std::uint32_t>(words[uid_column], 10);
  return address && port && user ? std::optional{socket_row{*address, *port, *user}} : std::nullopt;
}

std::optional<std::uint32_t> find_user(const std::string& table, const address_bytes& address,
                                       std::uint32_t port) {
  std::istringstream lines{table};
  for (std::string line; std::getline(lines, line);) {
    const auto row = parse_row(line);
    if (row && row->port == port && row->address == address) {
      return row->user_id;
    }
  }
  return std::nullopt;
}

std::optional<std::uint32_t> port_of(const url_parts& parts) {
  if (parts.port.empty()) {
    return parts.scheme == "https" ? 443 : 80;
  }
  return parse<std::uint32_t>(parts.port, 10);
}

address_bytes loopback_address(const url_parts& parts) {
  if (parts.host.starts_with('[')) {
    address_bytes result(16);
    result.back() = 1;
    return result;
  }
  address_bytes result(4);
  const auto* const text = parts.host == "localhost" ? "127.0.0.1" : parts.host.c_str();
  ::inet_pton(AF_INET, text, result.data());
  return result;
}

std::string content_of(const char* path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string name_of_user(std::uint32_t id) {
  std::array<char, 4'096> memory{};
  passwd entry{};
  passwd* found = nullptr;
  return ::getpwuid_r(id, &entry, memory.data(), memory.size(), &found) == 0 && found != nullptr
             ? std::string{found->pw_name}
             : std::string{};
}

}  // namespace

socket_tables read_socket_tables() {
  return {.ipv4 = content_of("/proc/net/tcp"), .ipv6 = content_of("/proc/net/tcp6")};
}

std::optional<std::uint32_t> find_listener(const socket_tables& tables, std::string_view url) {
  const auto parts = parse_url(url);
  if (!parts || !is_loopback(parts->host)) {
    return std::nullopt;
  }
  const auto port = port_of(*parts);
  if (!port) {
    return std::nullopt;
  }
  const auto address = loopback_address(*parts);
  const bool is_ipv4 = address.size() == 4;
  auto result = find_user(is_ipv4 ? tables.ipv4 : tables.ipv6, address, *port);
  if (!result && is_ipv4) {
    result = find_user(tables.ipv4, address_bytes(4), *port);
  }
  // A socket that listens at all IPv6 addresses usually accepts IPv4, too.
  return result ? result : find_user(tables.ipv6, address_bytes(16), *port);
}

std::optional<listener> listener_at(std::string_view url) {
  const auto user = find_listener(read_socket_tables(), url);
  return user ? std::optional{listener{*user, name_of_user(*user)}} : std::nullopt;
}

}  // namespace midas::internal::tools
