// The published tokens, which every thread of the process can read without asking an actor.
#pragma once

#include "messages/clock_reading.hpp"
#include "messages/token_key_view.hpp"
#include "messages/token_validity.hpp"
#include "published/hit_counters.hpp"
#include "published/published_slot.hpp"
#include <midas/access_token.hpp>
#include <midas/detail/thread_cache.hpp>
#include <midas/detail/token_lookup.hpp>
#include <midas/token_event.hpp>
#include <midas/token_request.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

namespace midas::internal {

using detail::cached_token;
using detail::coarse_clock_reading;
using detail::thread_cache;
using detail::token_lookup;

/// Thread-safe. Acquisition actors publish a token before they answer with it, so that a caller
/// finds it published once it has been answered. Threads cache copies of the tokens that they read
/// (see thread_cache.hpp); a token's slot tells them whether their copy is current. The table
/// outlives the actors.
class token_table {
 public:
  token_table();
  ~token_table() { close(); }
  token_table(const token_table&) = delete;
  token_table& operator=(const token_table&) = delete;

  struct found_token {
    /// Its source is token_source::cache.
    access_token token;
    /// The refresh is due, and the cache actor does not know it yet: its timer is late if the
    /// machine was suspended. The caller must send it refresh_overdue. True for one caller.
    bool refresh_overdue = false;
  };

  /// A token that may be handed out at `now`.
  [[nodiscard]] std::optional<found_token> find(const token_key_view& key,
                                                const clock_reading& now) const;
  [[nodiscard]] std::optional<found_token> find(const token_key& key,
                                                const clock_reading& now) const {
    return find(view_of(key), now);
  }

  /// A token that may be handed out now, for a thread that did not find it with find_fresh(): the
  /// thread caches a copy. Counted in hits().
  [[nodiscard]] std::optional<found_token> read(const token_lookup& lookup);

  /// Unique in the process; never reused.
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }

  /// Counts how often threads have read a published token.
  [[nodiscard]] const hit_counters& hits() const noexcept { return hits_; }

  /// Ends all reads: read() and the copies of all threads find no token from now on.
  void close();

  /// The token last published, whether or not it is still usable.
  [[nodiscard]] std::optional<access_token> find_held(const token_key& key) const;

  /// Whether the token differs from the one that was held.
  enum class token_changed : bool { no, yes };

  /// The order in which requests for tokens were sent.
  using attempt = std::uint64_t;

  /// Later than every earlier one.
  [[nodiscard]] attempt next_attempt() noexcept { return ++last_attempt_; }

  /// Replaces the token of that key, and when it must be refreshed. A token that its host returns
  /// again (token_changed::no) keeps its original lifetime. False, and nothing changes, if the
  /// published token is of a later attempt, or if there is none and the attempt began before
  /// drop_if(): the older one may have been revoked since. Without `from`, the attempt is the
  /// latest.
  bool publish(const token_key& key, const access_token& token, const token_validity& validity,
               const clock_reading& now, token_changed changed = token_changed::yes,
               std::optional<attempt> from = {});

  /// Publishes a token of an earlier process, unless there is one that may be handed out at `now`.
  /// False, and nothing changes, if there is. The token is not refreshed before it is looked up.
  bool publish_loaded(const token_key& key, const access_token& token,
                      const token_validity& validity, const clock_reading& now);

  /// Replaces only the time of the refresh. False if the table does not hold the key.
  bool postpone_refresh(const token_key& key, boot_clock::time_point at);

  using slot = std::shared_ptr<published_slot>;

  /// The slot of the key's token, which has the time of its refresh; null if the table does not
  /// hold the key.
  [[nodiscard]] slot find_slot(const token_key& key) const;

  /// The slots of all tokens, in no particular order: for a cache actor that takes over the tokens
  /// of another.
  [[nodiscard]] std::vector<slot> all_slots() const;

  /// What begin_refresh() found.
  enum class refresh_step {
    /// The refresh is not due, or the token has left the table.
    none,
    /// A new token must be acquired. Readers no longer report the refresh as overdue.
    begun,
    /// A loaded token that has not been looked up yet: the first reader will report the refresh as
    /// overdue.
    unused,
    /// No caller has requested the token for as long as its lifetime, or it is no longer usable:
    /// the key has left the table.
    dropped,
  };

  struct refresh_decision {
    refresh_step step = refresh_step::none;
    /// Of the token, unless the step is none.
    token_key key{};
    /// Why the key has left the table, if the step is dropped.
    eviction_reason reason = eviction_reason::idle;
  };

  /// A key that has left the table.
  using dropped_key = key_evicted;

  /// Called when a refresh is due; decides whether it is made. `planned` is a slot of this table.
  refresh_decision begin_refresh(const published_slot& planned, const clock_reading& now);

  /// How long the token may still be handed out; 0 if there is no usable token.
  [[nodiscard]] std::chrono::nanoseconds time_left(const token_key& key,
                                                   const clock_reading& now) const;

  /// True if the token must be refreshed.
  [[nodiscard]] bool is_refresh_due(const token_key& key, const clock_reading& now) const;

  /// Drops the tokens that are no longer usable, and those that have not been looked up for `idle`
  /// or, if that is empty, for as long as their lifetime. Returns their keys.
  std::vector<dropped_key> drop_idle(const clock_reading& now,
                                     std::optional<std::chrono::seconds> idle);

  /// Drops the least recently looked up tokens, but not that in the slot `keep`, so that `left`
  /// remain. Returns their keys.
  std::vector<dropped_key> drop_oldest(std::size_t left, const published_slot* keep = nullptr);

  /// Drops the selected tokens, whether or not they are usable, and returns their keys. What the
  /// host is about to answer to requests that were sent before is not published, unless the table
  /// then holds a token of that key: it may be the one that the caller wants to discard.
  std::vector<token_key> drop_if(const std::function<bool(const token_key&)>& selected);

  struct held_token {
    token_key key{};
    token_validity validity{};
  };

  /// All tokens, usable or not, in no particular order.
  [[nodiscard]] std::vector<held_token> held_tokens() const;

  [[nodiscard]] std::size_t size() const;

  /// The earliest end of the tokens that may be handed out at `now`; empty if there are none. Looks
  /// at every token.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> earliest_expiry(
      const clock_reading& now) const;

 private:
  struct entry;
  using entries = std::unordered_map<token_key, std::shared_ptr<entry>, token_key_view_hash,
                                     token_key_view_equal>;

  struct entry : published_slot {
    // That of the entry in the map; null once the token has left the table.
    const token_key* key = nullptr;
    attempt from = 0;
    access_token token;
    // The other half of the validity, the time of the refresh, is in the slot.
    clock_reading end;
    std::chrono::nanoseconds life{};
    static constexpr auto never = std::chrono::seconds::min().count();
    // The last_used of a token that was loaded, and has not been looked up. An entry without a
    // token counts as unused, too.
    std::chrono::seconds::rep unused_since = 0;
    [[nodiscard]] bool is_unused() const noexcept { return last_used.load() == unused_since; }
    [[nodiscard]] token_validity validity() const noexcept {
      return {end, published_slot::refresh()};
    }
  };

  [[nodiscard]] entry& find_or_add(const token_key& key);
  // Returns the token that was there.
  [[nodiscard]] static access_token replace(entry& item, const access_token& token,
                                            const token_validity& validity,
                                            const clock_reading& now) noexcept;
  [[nodiscard]] std::optional<found_token> read_anew(thread_cache* mine, const token_lookup& lookup,
                                                     const clock_reading& now,
                                                     const coarse_clock_reading& coarse);
  [[nodiscard]] static std::optional<found_token> hand_out(cached_token& kept,
                                                           const clock_reading& now);
  static void plan(entry& item, boot_clock::time_point when) noexcept;
  void erase(entries::iterator at);
  static bool is_idle(const entry& item, const clock_reading& now,
                      std::optional<std::chrono::seconds> idle) noexcept;

  const std::uint64_t id_;
  hit_counters hits_;
  std::atomic<attempt> last_attempt_ = 0;
  mutable std::shared_mutex mutex_;
  entries entries_;
  // See drop_if().
  attempt last_dropped_ = 0;
  bool closed_ = false;
};

}  // namespace midas::internal
