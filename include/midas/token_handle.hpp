// A handle for callers that request the same token repeatedly.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/access.hpp>
#include <midas/detail/export.hpp>
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

/// Returned by token_service::for_resource(). Its functions do what the functions of token_service
/// of the same names do, for one request, and report the same errors. All functions may be called
/// from any thread. Copies are cheap and equivalent. A handle may outlive its service, and then
/// fails with errc::shutting_down. A moved-from handle may only be assigned to or destroyed.
class MIDAS_EXPORT token_handle {
 public:
  using callback = std::function<void(expected<access_token>)>;

  /// For midas itself; see token_service::for_resource().
  token_handle(std::shared_ptr<const detail::service_frontend> frontend, token_request request);

  /// The request that it stands for.
  [[nodiscard]] const token_request& request() const noexcept;

  std::optional<access_token> try_get() const {
    if (auto* const found = detail::find_fresh(number_)) {
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
  friend struct detail::access;
  struct resolved;

  [[nodiscard]] const detail::service_frontend& frontend() const noexcept;
  std::optional<access_token> read() const;

  std::shared_ptr<const resolved> resolved_;
  // Handles for different tokens never have the same number.
  std::uint64_t number_;
};

}  // namespace midas
