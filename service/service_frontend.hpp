// How callers that are no actors are answered: what the front door and its handles have in common.
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

namespace midas {

/// Thread-safe. May outlive the service: it then answers errc::shutting_down.
class service_frontend {
 public:
  service_frontend(std::shared_ptr<const service_context> context,
              std::shared_ptr<cache_supervisor> cache)
      : context_(std::move(context)), table_(*context_->table), cache_(std::move(cache)) {}

  [[nodiscard]] cache_supervisor& cache() const noexcept { return *cache_; }
  [[nodiscard]] token_table& table() const noexcept { return table_; }

  /// The token if one is at hand that may be handed out.
  [[nodiscard]] std::optional<access_token> try_get(const token_lookup& lookup) const {
    if (auto* const found = find_fresh(lookup)) {
      return std::optional<access_token>{std::in_place, *found, token_source::cache};
    }
    return read(lookup);
  }

  /// The same for a thread that has just found none by find_fresh().
  std::optional<access_token> read(const token_lookup& lookup) const;

  /// See token_service; for callers who have found no token at hand.
  void get_async(const token_request& request, std::chrono::nanoseconds timeout,
                 token_waiter::completion done, const std::stop_token& stop) const;
  [[nodiscard]] expected<access_token> get(const token_request& request,
                                           std::chrono::nanoseconds timeout,
                                           const std::stop_token& stop) const;

  /// From now on who waits unanswered is told that the service shut down. True for the first call.
  [[nodiscard]] bool close() const;

 private:
  void send(const token_request& request, std::chrono::nanoseconds timeout,
            const token_waiter& waiter) const;

  const std::shared_ptr<const service_context> context_;
  token_table& table_;
  const std::shared_ptr<cache_supervisor> cache_;
  const std::shared_ptr<std::atomic<bool>> closing_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace midas
