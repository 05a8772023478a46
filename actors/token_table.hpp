// The tokens at hand, published for every thread of the process to look up without asking an actor.
#pragma once

#include <midas/messages/access_token.hpp>
#include <midas/messages/token_request.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

namespace midas {

/// Thread-safe. Acquisition actors publish, before they answer: whoever has been answered finds the
/// token here.
class token_table {
 public:
  /// A token that is fresh at `now`; says of itself that it comes from the cache.
  [[nodiscard]] std::optional<access_token> find_fresh(const token_key& key,
                                                       std::chrono::sys_seconds now) const;

  /// The same for one that is usable, though it may be time to renew it.
  [[nodiscard]] std::optional<access_token> find_usable(const token_key& key,
                                                        std::chrono::sys_seconds now) const;

  /// The token last published, whether or not it is still usable.
  [[nodiscard]] std::optional<access_token> find_held(const token_key& key) const;

  /// Replaces what was held under that key.
  void publish(const token_key& key, const access_token& token, std::chrono::sys_seconds now);

  /// Drops what is no longer usable, and what nobody has looked up for `idle` or longer.
  void drop_idle(std::chrono::sys_seconds now, std::chrono::seconds idle);

  [[nodiscard]] std::size_t size() const;

 private:
  struct entry {
    access_token token;
    // Seconds since 1970. Written by readers, so it is atomic; and only when it changes, so that
    // readers do not take the cache line from each other at every look-up.
    mutable std::atomic<std::chrono::seconds::rep> last_used;
  };

  template <class Accept>
  std::optional<access_token> find(const token_key& key, std::chrono::sys_seconds now,
                                   Accept accept) const;

  mutable std::shared_mutex mutex_;
  std::unordered_map<token_key, std::unique_ptr<entry>, token_key_hash> entries_;
};

}  // namespace midas
