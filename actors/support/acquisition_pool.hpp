// The acquisition actors of a cache actor.
#pragma once

#include "actors/acquisition_actor.hpp"
#include "actors/support/service_context.hpp"
#include "messages/protocols.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

namespace midas::internal {

/// Spawns, monitors and ends one acquisition actor for each key that is in use. Used by the cache
/// actor only.
///
/// An idle actor is ended by a handshake, since neither side alone knows that the actor is idle:
/// the pool does not know whether callers wait, and the actor does not know whether requests are on
/// their way to it.
///  1. Both count requests: the pool those that it forwards (entry::sent), the actor those that it
///     receives.
///  2. query_idle() sends idle_query to the actors that have not been used for a while, and
///     query_oldest() to those that should leave because there are too many (entry::unwanted).
///  3. An actor without waiters replies with idle_report, which contains its count.
///  4. remove_idle() ends the actor if the counts are equal and it has not been used since.
class acquisition_pool {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using shared_key = std::shared_ptr<const acquisition_key>;

  struct entry {
    shared_key key;
    acquisition_actor actor;
    std::size_t sent = 0;
    time_point last_used{};
    bool unwanted = false;

    void use(time_point now) {
      last_used = now;
      unwanted = false;
    }
  };

  acquisition_pool(cache_actor::pointer owner, std::shared_ptr<const service_context> service)
      : owner_(owner), service_(std::move(service)) {}

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  /// Null if there is no actor for the key.
  [[nodiscard]] entry* find(const acquisition_key_view& key);

  /// Spawns the actor of a key that has none.
  entry& add(acquisition_key&& key, const http_actor& http, time_point now,
             std::optional<earlier_failure> last_failure);

  /// All acquisitions send their requests to `http` from now on.
  void replace_http(const http_actor& http);

  /// Sends deadline_due to all actors: tokens have been published that may answer their waiters.
  void recheck_waiters();

  /// Forgets an actor that has ended. Returns its key; null if it is not in the pool.
  shared_key remove_ended(const caf::actor_addr& ended);

  /// Sends idle_query to the actors that are unwanted or were last used before or at `last`.
  void query_idle(time_point last);

  /// Marks the least recently used actors as unwanted, so that `left` others remain.
  void query_oldest(std::size_t left);

  /// Ends the actor that sent the report if it is still idle, and returns its key; otherwise null.
  shared_key remove_idle(const idle_report& report, time_point last);

  /// Asks all actors to end.
  void end_all(caf::exit_reason reason);

 private:
  [[nodiscard]] static bool is_idle(const entry& item, time_point last) noexcept {
    return item.unwanted || item.last_used <= last;
  }

  cache_actor::pointer owner_;
  std::shared_ptr<const service_context> service_;
  std::unordered_map<acquisition_key, entry, acquisition_key_hash, acquisition_key_equal> entries_;
};

}  // namespace midas::internal
