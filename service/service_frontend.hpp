// Requests from threads, callbacks and coroutines, as opposed to actors. Shared by a token service
// and its handles.
#pragma once

#include "actors/cache_supervisor.hpp"
#include "actors/support/service_context.hpp"
#include "messages/token_waiter.hpp"
#include <midas/detail/thread_cache.hpp>
#include <midas/token_request.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>

namespace midas::detail {

/// Thread-safe. May outlive the service; requests then fail with errc::shutting_down.
class service_frontend {
 public:
  service_frontend(std::shared_ptr<const internal::service_context> context,
                   std::shared_ptr<internal::cache_supervisor> cache)
      : context_(std::move(context)), table_(*context_->table), cache_(std::move(cache)) {}

  [[nodiscard]] internal::cache_supervisor& cache() const noexcept { return *cache_; }
  [[nodiscard]] internal::token_table& table() const noexcept { return table_; }

  /// The published token, for a thread whose cache does not have it (see find_fresh()).
  std::optional<access_token> read(const token_lookup& lookup) const;

  /// See token_service. The caller has already looked for a cached token.
  void get_async(const token_request& request, std::chrono::nanoseconds timeout,
                 internal::token_waiter::completion done, const std::stop_token& stop) const;
  [[nodiscard]] expected<access_token> get(const token_request& request,
                                           std::chrono::nanoseconds timeout,
                                           const std::stop_token& stop) const;

  /// From now on, waiters that are destroyed without an answer get errc::shutting_down. Returns
  /// true for the first call only.
  [[nodiscard]] bool close() const;

 private:
  /// Sends the request, unless the stop has already been requested.
  void send(const token_request& request, std::chrono::nanoseconds timeout,
            const internal::token_waiter& waiter, const std::stop_token& stop) const;

  const std::shared_ptr<const internal::service_context> context_;
  internal::token_table& table_;
  const std::shared_ptr<internal::cache_supervisor> cache_;
  const std::shared_ptr<std::atomic<bool>> closing_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace midas::detail
