#include "proxy/server/socket_address.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <net/if.h>

namespace midas::internal::proxy {
namespace {

template <class Address>
Address as(const socket_address& address) noexcept {
  Address result{};
  std::memcpy(&result, &address.storage, sizeof(result));
  return result;
}

template <class Address>
socket_address stored(const Address& address, std::size_t size = sizeof(Address)) noexcept {
  socket_address result;
  std::memcpy(&result.storage, &address, sizeof(address));
  result.size = static_cast<socklen_t>(size);
  return result;
}

std::optional<socket_address> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // One byte for the end of the text.
  if (path.size() >= sizeof(address.sun_path)) {
    return std::nullopt;
  }
  path.copy(static_cast<char*>(address.sun_path), path.size());
  return stored(address, offsetof(sockaddr_un, sun_path) + path.size() + 1);
}

bool are_equal(const socket_address& a, const socket_address& b) noexcept {
  if (a.storage.ss_family != b.storage.ss_family) {
    return false;
  }
  if (a.storage.ss_family == AF_INET) {
    return as<sockaddr_in>(a).sin_addr.s_addr == as<sockaddr_in>(b).sin_addr.s_addr;
  }
  const auto first = as<sockaddr_in6>(a).sin6_addr;
  const auto second = as<sockaddr_in6>(b).sin6_addr;
  return IN6_ARE_ADDR_EQUAL(&first, &second);
}

bool is_loopback_address(const socket_address& address) noexcept {
  if (address.storage.ss_family == AF_INET) {
    return ntohl(as<sockaddr_in>(address).sin_addr.s_addr) >> 24U == IN_LOOPBACKNET;
  }
  const auto v6 = as<sockaddr_in6>(address).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&v6);
}

socket_address copy_of(const sockaddr& address) noexcept {
  socket_address result;
  result.size = address.sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  std::memcpy(&result.storage, &address, result.size);
  return result;
}

}  // namespace

std::optional<socket_address> address_of(const listen_address& where) {
  if (!where.path.empty()) {
    return unix_address(where.path);
  }
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, where.address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(where.port);
    return stored(v4);
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, where.address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(where.port);
    return stored(v6);
  }
  return std::nullopt;
}

socket_address local_address_of(int socket) noexcept {
  socket_address result;
  result.size = sizeof(result.storage);
  if (::getsockname(socket, result.data(), &result.size) != 0) {
    result.storage.ss_family = AF_UNSPEC;
  }
  return result;
}

std::string host_text(const socket_address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.storage.ss_family == AF_INET) {
    const auto v4 = as<sockaddr_in>(address).sin_addr;
    ::inet_ntop(AF_INET, &v4, text.data(), text.size());
  } else if (address.storage.ss_family == AF_INET6) {
    const auto v6 = as<sockaddr_in6>(address).sin6_addr;
    constexpr std::size_t prefix = 12;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      ::inet_ntop(AF_INET, reinterpret_cast<const unsigned char*>(&v6) + prefix, text.data(),
                  text.size());
    } else {
      ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
    }
  }
  return text.data();
}

listen_address listen_address_of(const socket_address& address) {
  listen_address result;
  if (address.storage.ss_family == AF_UNIX) {
    result.path = static_cast<const char*>(as<sockaddr_un>(address).sun_path);
  } else if (address.storage.ss_family == AF_INET || address.storage.ss_family == AF_INET6) {
    result.address = host_text(address);
    // The port is at the same place in both.
    result.port = ntohs(as<sockaddr_in>(address).sin_port);
  }
  return result;
}

std::string endpoint_text(const listen_address& where) {
  if (!where.path.empty()) {
    return "unix:" + where.path;
  }
  const bool is_v6 = where.address.find(':') != std::string::npos;
  return std::string("http://")
      .append(is_v6 ? "[" + where.address + "]" : where.address)
      .append(":")
      .append(std::to_string(where.port));
}

bool is_on_loopback(const socket_address& address) noexcept {
  if (is_loopback_address(address)) {
    return true;
  }
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) {
    return false;
  }
  bool found = false;
  for (const auto* each = list; each != nullptr && !found; each = each->ifa_next) {
    found = each->ifa_addr != nullptr && (each->ifa_flags & IFF_LOOPBACK) != 0 &&
            each->ifa_addr->sa_family == address.storage.ss_family &&
            (each->ifa_addr->sa_family == AF_INET || each->ifa_addr->sa_family == AF_INET6) &&
            are_equal(copy_of(*each->ifa_addr), address);
  }
  ::freeifaddrs(list);
  return found;
}

}  // namespace midas::internal::proxy
