// The keys that a cache actor keeps in memory.
#pragma once

#include "actors/policies/cache_timers.hpp"
#include "actors/support/acquisition_pool.hpp"
#include "actors/support/restart_pace.hpp"
#include "actors/support/service_context.hpp"
#include "published/refresh_schedule.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace midas::internal {

/// Keeps the acquisition actors, the deadlines of their waiters, and the refresh schedule
/// consistent with the token table. Drops the keys that are idle or beyond
/// token_service_options::max_keys. Used by the cache actor only.
class cached_keys {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Schedules the refreshes of the tokens that are in the table, which a failed cache actor leaves
  /// behind, and the sweep of what it remembered.
  cached_keys(cache_actor::pointer owner, std::shared_ptr<const service_context> service,
              time_point now);

  /// The acquisition actor of that key, spawned if necessary. Counts as used at `now`, so that the
  /// actor does not end before it has read the next message. `key` is the view of the request's
  /// key. Fails if the request has no valid key, with errc::too_many_keys if too many acquisitions
  /// are under way, and with errc::claims_not_supported if its claims were answered recently.
  expected<acquisition_pool::entry*> use_acquisition(const token_request& request,
                                                     const token_key_view& key,
                                                     const http_actor& http, time_point now);

  /// Adds the deadline of a waiter. True if it is the earliest of that acquisition.
  bool add_deadline(const acquisition_pool::entry& acquisition, time_point at);
  /// Replaces the earliest deadline of that acquisition, if its actor still exists.
  void set_deadline(const acquisition_key& key, time_point at);
  /// Sends deadline_due to the acquisition actor of that key, if there is one: a waiter was
  /// canceled.
  void recheck_waiters(const acquisition_key& key);

  /// The tokens of the store are published: schedules their refreshes, and answers the waiters that
  /// accept them.
  void tokens_loaded(time_point now);
  /// Schedules the refresh of the token in that slot of the token table; nothing if null. Drops the
  /// least recently requested tokens if the table holds too many.
  void schedule_refresh(token_table::slot planned);

  /// A delayed message to the cache actor has arrived: handles what is due.
  void fire_timers(const http_actor& http, time_point now);

  /// Ends the actor that sent the report if it is still idle.
  void remove_idle(const idle_report& report, time_point now);

  /// Starts the refresh of the key's token, on its acquisition actor.
  void refresh(const token_key_view& key, const http_actor& http, time_point now);

  /// All acquisitions send their requests to this actor from now on.
  void replace_http(const http_actor& http) { pool_.replace_http(http); }
  /// An acquisition actor ended unexpectedly: the next request or refresh spawns another.
  void remove_ended(const caf::actor_addr& ended, time_point now);
  void end_all(caf::exit_reason reason) { pool_.end_all(reason); }

  /// See cache_timers::arm().
  [[nodiscard]] std::optional<std::chrono::nanoseconds> arm(time_point now);

 private:
  struct restart {
    restart_pace pace;
    unsigned count = 0;
    time_point at{};
  };

  // Sends deadline_due to the acquisition actors that have waiters whose deadline has passed.
  void recheck_due_waiters(time_point now);
  // The keys whose tokens must be refreshed now. Keys that are idle, or whose tokens are no longer
  // usable, are dropped instead.
  std::vector<token_key> take_due_refreshes();
  // The refresh could not begin: it is planned again.
  void postpone_refresh(const token_key& key, unsigned failures = 1);
  [[nodiscard]] std::optional<error> refusal_of_claims(const token_request& request,
                                                       const token_key_view& key,
                                                       time_point now) const;
  [[nodiscard]] expected<void> make_room_for_acquisition();
  void make_room_for_token(const published_slot& newest);
  [[nodiscard]] std::optional<earlier_failure> earlier_failure_of(const acquisition_key& key,
                                                                  time_point now) const;
  [[nodiscard]] std::size_t max_keys() const { return service_->options.max_keys; }
  // Drops idle keys and ends idle acquisition actors, if that is due.
  void sweep_if_due(time_point now);
  void sweep(time_point now);
  void schedule_published(time_point now);
  // What the service keeps for longer than the actors of its keys: tokens, and answered claims.
  void plan_sweep_of_memory(time_point now);
  void forget(const std::vector<token_table::dropped_key>& dropped);
  [[nodiscard]] token_table& table() const { return *service_->table; }
  [[nodiscard]] std::chrono::seconds search_interval() const;
  [[nodiscard]] std::chrono::seconds max_rest() const;

  const cache_actor::pointer owner_;
  const std::shared_ptr<const service_context> service_;
  acquisition_pool pool_;
  cache_timers<acquisition_pool::shared_key> timers_;
  refresh_schedule refreshes_;
  // When to search the table for idle tokens.
  time_point search_at_;
  // The acquisitions that ended unexpectedly.
  std::unordered_map<acquisition_key, restart, acquisition_key_hash> restarts_;
  // As long as there are fewer acquisitions, those that may leave have been asked already.
  std::size_t next_query_ = 0;
};

}  // namespace midas::internal
