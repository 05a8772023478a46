#include "proxy/access/client_connections.hpp"

#include <algorithm>

namespace midas::internal::proxy {
namespace {

constexpr std::size_t least_connections = 64;

std::string name_of(const client& who) {
  // No address begins like this.
  return who.uid ? "uid " + std::to_string(*who.uid)
                 : who.address.substr(0, who.address.rfind(':'));
}

}  // namespace

std::optional<client_connections::place> client_connections::open(const client& who,
                                                                  std::size_t most) {
  const std::lock_guard lock(lock_);
  const auto at = counts_.try_emplace(name_of(who)).first;
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
