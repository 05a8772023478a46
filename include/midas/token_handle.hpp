// For who asks for the same token again and again: the key resolved once.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/thread_cache.hpp>
#include <midas/error.hpp>
#include <midas/token_awaitable.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace midas {

class service_frontend;

/// What token_service::for_resource returns: asks as the functions of token_service of the same
/// names do, and is told the same errors. Any thread; copies are cheap, and as good as the
/// original. One that outlives its service is told errc::shutting_down. One that was moved from may
/// only be assigned to, or go.
class token_handle {
 public:
  using callback = std::function<void(expected<access_token>)>;

  token_handle(std::shared_ptr<const service_frontend> front, token_request request);

  /// What it asks for.
  [[nodiscard]] const token_request& request() const noexcept;

  std::optional<access_token> try_get() const {
    if (auto* const found = find_fresh(number_)) {
      return std::optional<access_token>{std::in_place, *found, token_source::cache};
    }
    return read();
  }

  expected<access_token> get(std::chrono::nanoseconds timeout,
                             const std::stop_token& stop = {}) const;

  void get_async(std::chrono::nanoseconds timeout, callback done,
                 const std::stop_token& stop = {}) const;

  token_awaitable async_get(std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {}) const;

 private:
  friend struct token_service_access;
  struct resolved;

  [[nodiscard]] const service_frontend& front() const noexcept;
  std::optional<access_token> read() const;
  // Nothing for who comes cancelled.
  [[nodiscard]] std::optional<access_token> cached_unless_cancelled(const std::stop_token& stop) const;

  std::shared_ptr<const resolved> resolved_;
  // No two that lead to different tokens have the same.
  std::uint64_t number_;
};

}  // namespace midas
