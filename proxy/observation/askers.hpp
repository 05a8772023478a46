// Who asked for which token, counted without a lock for each request.
#pragma once

#include "proxy/observation/proxy_observer.hpp"
#include <midas/token_request.hpp>

#include <sys/types.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace midas::internal::proxy {

/// The requests of one user for one token.
struct asker {
  token_key key{};
  /// Empty: unknown users.
  std::optional<uid_t> uid{};
  std::uint64_t requests = 0;
  /// Of the last request.
  std::chrono::sys_seconds last{};
};

/// Counts the requests of one worker that were answered with a token. Bounded: keeps 512 pairs of
/// user and token; of the eight pairs of a set, the least recently used one makes room for a new
/// one. count() is called by one thread at a time, the rest by any.
class asker_table {
 public:
  /// A pair that is known costs no lock: the hash and the comparison of its texts, and two writes.
  void count(const client& who, const token_query& query,
             std::chrono::system_clock::time_point at) noexcept;

  /// Appends the pairs, in no particular order.
  void add_to(std::vector<asker>& all) const;

  /// The requests of pairs that have made room.
  [[nodiscard]] std::uint64_t forgotten() const noexcept {
    return forgotten_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t set_count = 64;
  static constexpr std::size_t ways = 8;

  struct entry {
    std::uint64_t hash = 0;
    std::optional<uid_t> uid{};
    // As the client wrote them.
    managed_identity identity{};
    std::string resource{};
    token_key key{};
    std::atomic<std::uint64_t> requests = 0;
    // In units of the system clock, since a division would cost as much as the rest.
    std::atomic<std::int64_t> last = 0;
  };
  using set = std::array<std::unique_ptr<entry>, ways>;

  void add(set& to, std::uint64_t hash, const client& who, const token_query& query,
           std::int64_t time);

  // Held by the owner while it changes an entry's texts, and by readers. The owner reads without
  // it, since nobody else changes anything.
  mutable std::mutex changes_;
  std::array<set, set_count> sets_{};
  std::atomic<std::uint64_t> forgotten_ = 0;
};

/// The order of keys for people: by resource, then by identity.
struct by_resource {
  bool operator()(const token_key& left, const token_key& right) const noexcept {
    return std::tie(left.resource, left.identity) < std::tie(right.resource, right.identity);
  }
};

/// The same pairs of several workers as one, by resource, and for one key by the number of
/// requests.
[[nodiscard]] std::vector<asker> merged(std::vector<asker> all);

}  // namespace midas::internal::proxy
