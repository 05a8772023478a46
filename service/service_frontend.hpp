// Requests from threads, callbacks and coroutines, as opposed to actors. Shared by a token service
// and its handles.
#pragma once

#include "actors/cache_supervisor.hpp"
#include "actors/support/service_context.hpp"
#include "messages/fork_watch.hpp"
#include "messages/open_waiters.hpp"
#include "messages/token_waiter.hpp"
#include <midas/detail/thread_cache.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace midas::detail {

/// Thread-safe. May outlive the service; requests then fail with errc::shutting_down.
class service_frontend {
 public:
  /// The actors of a service, and the threads that run them.
  struct running_actors {
    std::shared_ptr<internal::cache_supervisor> cache;
    caf_compat::scheduler_threads threads;
  };

  /// `actors` is the error with which every request fails if the service could not start them.
  service_frontend(std::shared_ptr<const internal::service_context> context,
                   expected<running_actors> actors)
      : context_(std::move(context)), table_(*context_->table), actors_(std::move(actors)) {}

  [[nodiscard]] internal::token_table& table() const noexcept { return table_; }

  /// The cache actor; an empty handle if every request fails with unavailable().
  [[nodiscard]] internal::cache_actor cache() const;
  [[nodiscard]] error unavailable() const;

  /// True in a child of the process that created the service: its threads do not exist there, and
  /// its locks may be locked for ever.
  [[nodiscard]] bool is_forked() const noexcept { return process_.is_forked(); }
  [[nodiscard]] bool has_started() const noexcept { return actors_.has_value(); }

  /// True if the calling thread must not wait for the actors, because they may need it.
  [[nodiscard]] bool on_thread_of_actors() const;

  /// The published token, for a thread whose cache does not have it (see find_fresh()).
  std::optional<access_token> read(const token_lookup& lookup) const;

  /// See token_service. The caller has already looked for a cached token.
  void get_async(const token_request& request, std::chrono::nanoseconds timeout,
                 internal::token_waiter::completion done, const std::stop_token& stop) const;
  [[nodiscard]] expected<access_token> get(const token_request& request,
                                           std::chrono::nanoseconds timeout,
                                           const std::stop_token& stop) const;

  /// Requests fail from now on, and the actors are asked to end.
  void close() const;

  /// The waiters that the actors have not answered yet. Called after close().
  [[nodiscard]] internal::open_waiters& open() const noexcept { return *open_; }

 private:
  /// Sends the request, unless the stop has already been requested.
  void send(const token_request& request, std::chrono::nanoseconds timeout,
            const internal::token_waiter& waiter, const std::stop_token& stop) const;

  /// The error at the deadline of a request that the actors have not answered: the one that they
  /// would answer with.
  [[nodiscard]] error deadline_error(token_request request) const;

  /// What a stop callback does: the acquisition of the request forgets its canceled caller.
  [[nodiscard]] std::function<void()> after_cancellation(const token_request& request) const;

  const std::shared_ptr<const internal::service_context> context_;
  internal::token_table& table_;
  const internal::process_tag process_;
  const expected<running_actors> actors_;
  const std::shared_ptr<internal::open_waiters> open_ = std::make_shared<internal::open_waiters>();
};

}  // namespace midas::detail
