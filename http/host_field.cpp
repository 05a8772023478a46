#include "http/host_field.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace midas::internal::http {
namespace {

constexpr std::size_t max_port_digits = 5;

bool is_port(std::string_view text) noexcept {
  return text.size() <= max_port_digits &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

template <class Address>
std::optional<Address> read_address(int family, std::string_view text) noexcept {
  // inet_pton wants a terminated text.
  std::array<char, INET6_ADDRSTRLEN> copy{};
  Address address{};
  if (text.size() >= copy.size()) {
    return std::nullopt;
  }
  std::copy(text.begin(), text.end(), copy.begin());
  return ::inet_pton(family, copy.data(), &address) == 1 ? std::optional{address} : std::nullopt;
}

}  // namespace

std::optional<host_parts> read_host(std::string_view text) noexcept {
  host_parts result{.is_bracketed = text.starts_with('[')};
  const auto end = result.is_bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const auto rest = text.substr(result.is_bracketed ? end + 1 : end);
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) {
    return std::nullopt;
  }
  result.port = rest.substr(std::min<std::size_t>(rest.size(), 1));
  result.name = result.is_bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  const bool has_name = !result.name.empty() && result.name.find('@') == std::string_view::npos;
  return has_name ? std::optional{result} : std::nullopt;
}

bool is_address(const host_parts& host) noexcept {
  return host.is_bracketed ? read_address<in6_addr>(AF_INET6, host.name).has_value()
                           : read_address<in_addr>(AF_INET, host.name).has_value();
}

bool is_loopback_address(std::string_view name) noexcept {
  if (const auto v4 = read_address<in_addr>(AF_INET, name)) {
    return ntohl(v4->s_addr) >> 24U == IN_LOOPBACKNET;
  }
  const auto v6 = read_address<in6_addr>(AF_INET6, name);
  return v6 && IN6_IS_ADDR_LOOPBACK(&*v6);
}

bool are_equal_addresses(std::string_view a, std::string_view b) noexcept {
  if (a == b) {
    return true;
  }
  const auto first = read_address<in6_addr>(AF_INET6, a);
  const auto second = read_address<in6_addr>(AF_INET6, b);
  return first && second && IN6_ARE_ADDR_EQUAL(&*first, &*second);
}

}  // namespace midas::internal::http
