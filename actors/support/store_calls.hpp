// The calls of a service's token store.
#pragma once

#include "actors/policies/loaded_tokens.hpp"
#include "actors/policies/store_schedule.hpp"
#include "actors/support/call_runner.hpp"
#include "actors/support/service_context.hpp"
#include "messages/protocols.hpp"
#include <midas/error.hpp>
#include <midas/token_store.hpp>

#include <caf/fwd.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace midas::internal {

/// Calls the store on the thread of a call_runner, one call at a time: to load it once, and to save
/// the tokens that are acquired. Publishes what it loads, and reports each failure as an event.
/// Outlives the actors, so that neither a cache actor that is replaced nor a shutdown loses a
/// token. Thread-safe.
class store_calls : public std::enable_shared_from_this<store_calls> {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  store_calls(std::shared_ptr<token_store> store, std::shared_ptr<call_runner> runner,
              store_owner owner, std::size_t max_keys);
  store_calls(const store_calls&) = delete;
  store_calls& operator=(const store_calls&) = delete;
  ~store_calls() = default;

  /// Begins to load the store; only the first call does. What is loaded is published in the table
  /// of `service`, which is not kept alive. `now` is on the clock of the actors.
  void begin_load(const std::shared_ptr<const service_context>& service, time_point now);

  /// True until the tokens of the store are published, or the load has failed.
  [[nodiscard]] bool is_loading() const noexcept { return is_loading_.load(); }

  /// When the load began, on the clock of the actors. Call after begin_load().
  [[nodiscard]] time_point load_began() const;

  /// `listener` is sent load_ended once, at once if the load has ended already. Replaces an earlier
  /// listener, which a failed cache actor leaves behind.
  void listen(const store_actor& listener);
  /// Ends that, for a listener that ends.
  void forget(caf::actor_id listener);

  /// A token has been published: saves it. `identity` is as the caller wrote it.
  void acquired(const managed_identity& identity, const access_token& token,
                std::chrono::sys_seconds at);

  /// Saves what is not saved yet, and ends. Blocks until the calls have ended, at most until
  /// `deadline`; after that the store is not called any more.
  void finish(time_point deadline);

 private:
  using guard = std::unique_lock<std::mutex>;

  void start(guard& lock);
  void work() noexcept;
  void make_calls(guard& lock);
  [[nodiscard]] expected<void> perform(token_store& store, const store_call& call) const;
  [[nodiscard]] expected<void> load(token_store& store) const;
  void publish(const std::vector<stored_token>& stored) const;
  void ended(guard& lock, const store_call& call, const expected<void>& outcome);

  const std::shared_ptr<call_runner> runner_;
  const store_owner owner_;
  const std::size_t max_keys_;
  std::atomic<bool> is_loading_ = false;

  mutable std::mutex mutex_;
  std::condition_variable idle_;
  // Null after finish().
  std::shared_ptr<token_store> store_;
  store_schedule schedule_;
  std::weak_ptr<const service_context> service_;
  time_point load_began_{};
  store_actor listener_;
  // A job of the runner makes calls until none is due.
  bool is_running_ = false;
  bool is_finished_ = false;
};

}  // namespace midas::internal
