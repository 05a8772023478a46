#include "proxy/dialects/own_host.hpp"

#include "http/request_view.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <optional>

namespace midas::internal::proxy {
namespace {

constexpr std::string_view imds_address = "169.254.169.254";

bool is_port(std::string_view text) noexcept {
  return text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The host without port and brackets; empty if the text is malformed.
std::string_view without_port(std::string_view text) noexcept {
  const bool is_bracketed = text.starts_with('[');
  const auto end = is_bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) {
    return {};
  }
  const auto rest = text.substr(is_bracketed ? end + 1 : end);
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) {
    return {};
  }
  return is_bracketed ? text.substr(1, end - 1) : text.substr(0, end);
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

bool is_loopback_address(std::string_view text) noexcept {
  if (const auto v4 = read_address<in_addr>(AF_INET, text)) {
    return ntohl(v4->s_addr) >> 24U == IN_LOOPBACKNET;
  }
  const auto v6 = read_address<in6_addr>(AF_INET6, text);
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

}  // namespace

bool is_own_host(std::string_view host, std::string_view local_address,
                 std::span<const std::string> allowed) noexcept {
  const auto name = without_port(host);
  const auto is_same = [name](std::string_view other) {
    return http::equal_ignoring_case(name, other);
  };
  return !name.empty() &&
         (name == imds_address || is_same("localhost") || is_loopback_address(name) ||
          (!local_address.empty() && are_equal_addresses(name, local_address)) ||
          std::any_of(allowed.begin(), allowed.end(), is_same));
}

}  // namespace midas::internal::proxy
