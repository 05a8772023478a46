#include "proxy/access/client_connections.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>

namespace midas::internal::proxy {
namespace {

constexpr std::size_t least_connections = 64;

/// The network of "[ADDRESS]:PORT"; empty if the text has no IPv6 address.
std::string ipv6_network(const std::string& address) {
  const auto end = address.rfind(']');
  in6_addr found{};
  if (!address.starts_with('[') || end == std::string::npos ||
      ::inet_pton(AF_INET6, address.substr(1, end - 1).c_str(), &found) != 1) {
    return {};
  }
  constexpr std::size_t network_bytes = 8;
  std::fill(std::begin(found.s6_addr) + network_bytes, std::end(found.s6_addr), std::uint8_t{0});
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, &found, text.data(), text.size());
  return std::string{text.data()}.append("/64");
}

}  // namespace

std::string connection_group(const client& who) {
  if (who.uid) {
    // No address begins like this.
    return "uid " + std::to_string(*who.uid);
  }
  auto network = ipv6_network(who.address);
  return network.empty() ? who.address.substr(0, who.address.rfind(':')) : network;
}

std::optional<client_connections::place> client_connections::open(const client& who,
                                                                  std::size_t most) {
  const std::lock_guard lock(lock_);
  const auto at = counts_.try_emplace(connection_group(who)).first;
  if (at->second >= most) {
    if (at->second == 0) {
      counts_.erase(at);
    }
    return std::nullopt;
  }
  ++at->second;
  return place{*this, *at};
}

std::size_t client_connections::clients() const {
  const std::lock_guard lock(lock_);
  return counts_.size();
}

void client_connections::close(counts::value_type* of) noexcept {
  const std::lock_guard lock(lock_);
  if (--of->second == 0) {
    counts_.erase(counts_.find(of->first));
  }
}

std::size_t connections_per_client(std::size_t configured, std::size_t all) noexcept {
  return configured != 0 ? configured : std::max(least_connections, all / 4);
}

}  // namespace midas::internal::proxy
