// The keys that a cache actor keeps in memory.
#pragma once

#include "actors/policies/cache_timers.hpp"
#include "actors/support/acquisition_pool.hpp"
#include "actors/support/service_context.hpp"
#include "published/refresh_schedule.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace midas::internal {

/// Keeps the acquisition actors, the deadlines of their waiters, and the refresh schedule
/// consistent with the token table. Drops the keys that are idle or beyond
/// token_service_options::max_keys. Used by the cache actor only.
class cached_keys {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Schedules the refreshes of the tokens that are in the table, which a failed cache actor leaves
  /// behind.
  cached_keys(cache_actor::pointer owner, std::shared_ptr<const service_context> service,
              time_point now);

  /// The acquisition actor of that key, spawned if necessary. Counts as used at `now`, so that the
  /// actor does not end before it has read the next message.
  acquisition_pool::entry& use_acquisition(acquisition_key&& key, const http_actor& http,
                                           time_point now);

  /// Adds the deadline of a waiter. True if it is the earliest of that acquisition.
  bool add_deadline(const acquisition_pool::entry& acquisition, time_point at);
  /// Replaces the earliest deadline of that acquisition, if its actor still exists.
  void set_deadline(const acquisition_key& key, time_point at);
  /// Removes the deadlines that have passed, and returns the actors of their waiters.
  std::vector<acquisition_actor> take_due_deadlines(time_point now);

  /// Schedules the refresh of the token in that slot of the token table; nothing if null.
  void schedule_refresh(token_table::slot planned);
  /// The keys whose tokens must be refreshed now. Keys that are idle, or whose tokens are no longer
  /// usable, are dropped instead.
  std::vector<token_key> take_due_refreshes();

  /// Drops idle keys and ends idle acquisition actors, if the sweep is due.
  void sweep_if_due(time_point now);
  /// Ends the actor that sent the report if it is still idle.
  void remove_idle(const idle_report& report, time_point now);

  /// All acquisitions send their requests to this actor from now on.
  void replace_http(const http_actor& http) { pool_.replace_http(http); }
  /// An acquisition actor ended unexpectedly: the next request or refresh spawns another.
  void remove_ended(const caf::actor_addr& ended);
  void end_all(caf::exit_reason reason) { pool_.end_all(reason); }

  /// A delayed message to the cache actor has arrived.
  void woken(time_point now) { timers_.woken(now); }
  /// See cache_timers::arm().
  [[nodiscard]] std::optional<std::chrono::nanoseconds> arm(time_point now);

 private:
  void make_room();
  void sweep(time_point now);
  void forget(const std::vector<token_key>& dropped);
  [[nodiscard]] token_table& table() const { return *service_->table; }
  [[nodiscard]] std::chrono::seconds search_interval() const;
  [[nodiscard]] std::chrono::seconds max_rest() const;

  const std::shared_ptr<const service_context> service_;
  acquisition_pool pool_;
  cache_timers<acquisition_pool::shared_key> timers_;
  refresh_schedule refreshes_;
  // When to search the table for idle tokens.
  time_point search_at_;
};

}  // namespace midas::internal
