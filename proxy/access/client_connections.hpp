// How many connections each client has.
#pragma once

#include "proxy/client.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace midas::internal::proxy {

/// What the connections of a client are counted under: its user; the address if the user is
/// unknown; of an IPv6 address the network of 64 bits, since a machine chooses the rest freely, and
/// as often as it wants. "uid 1000", "192.0.2.1", "2001:db8::/64" or "unix".
[[nodiscard]] std::string connection_group(const client& who);

/// Counts the connections of each connection_group(). Nothing is kept of a group without
/// connections. Any thread.
class client_connections {
  using counts = std::unordered_map<std::string, std::size_t>;

 public:
  /// One connection of a client, until it is destroyed. Must not outlive the counter.
  class place {
   public:
    place(place&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), at_(other.at_) {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    // The other one closes what this one had.
    place& operator=(place&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(at_, other.at_);
      return *this;
    }
    ~place() {
      if (owner_ != nullptr) {
        owner_->close(at_);
      }
    }

   private:
    friend class client_connections;
    place(client_connections& owner, counts::value_type& at) : owner_(&owner), at_(&at) {}

    client_connections* owner_;
    // Stays where it is while others come and go.
    counts::value_type* at_;
  };

  /// Empty if the client's group has `most` connections already.
  [[nodiscard]] std::optional<place> open(const client& who, std::size_t most);

  /// How many groups have connections.
  [[nodiscard]] std::size_t clients() const;

 private:
  void close(counts::value_type* of) noexcept;

  mutable std::mutex lock_;
  counts counts_;
};

/// The most connections that one client may have: `configured`, or, if that is 0, a quarter of
/// `all` and at least 64.
[[nodiscard]] std::size_t connections_per_client(std::size_t configured, std::size_t all) noexcept;

}  // namespace midas::internal::proxy
