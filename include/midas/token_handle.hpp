// A handle for callers that request the same token repeatedly.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/access.hpp>
#include <midas/detail/export.hpp>
#include <midas/detail/thread_cache.hpp>
#include <midas/detail/time_types.hpp>
#include <midas/error.hpp>
#include <midas/token_awaitable.hpp>
#include <midas/token_request.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace midas {

/// Returned by token_service::for_resource(). The handle stands for one request, without claims or
/// force_refresh, and with its key resolved once. Its functions behave like the functions of the
/// same names in token_service, and report the same errors.
///
/// All functions may be called from any thread. Copies are cheap and equivalent. A handle may
/// outlive its service: its functions then fail with errc::shutting_down, and try_get() returns
/// nothing. An empty handle behaves in the same way, so a handle can be a member that is assigned
/// later, or the value of a map.
class MIDAS_EXPORT token_handle {
 public:
  /// Receives a token or an error; see token_service::get_async().
  using callback = std::function<void(expected<access_token>)>;

  /// An empty handle, as a moved-from one is.
  token_handle() noexcept = default;
  /// For midas itself; applications call token_service::for_resource().
  token_handle(std::shared_ptr<const detail::service_frontend> frontend, token_request request);

  /// Another handle for the same request.
  token_handle(const token_handle&) noexcept = default;
  /// Leaves `other` empty.
  token_handle(token_handle&& other) noexcept
      : resolved_(std::move(other.resolved_)), number_(std::exchange(other.number_, no_number)) {}
  /// Stands for the request of `other` from now on.
  token_handle& operator=(token_handle other) noexcept {
    std::swap(resolved_, other.resolved_);
    std::swap(number_, other.number_);
    return *this;
  }
  ~token_handle() = default;

  /// True for a handle that was default-constructed or moved from.
  [[nodiscard]] bool empty() const noexcept { return resolved_ == nullptr; }

  /// The request that the handle stands for; of an empty handle, a request without a resource.
  /// Valid while the handle or a copy of it exists.
  [[nodiscard]] const token_request& request() const noexcept;

  /// The cached token, or nothing. Never blocks; see token_service::try_get(). Cheaper than that
  /// function, because the key needs no comparison.
  std::optional<access_token> try_get() const {
    if (auto* const found = detail::find_fresh(number_)) {
      return std::optional<access_token>{std::in_place, *found, token_source::cache};
    }
    return read();
  }

  /// Blocks until the token or an error is available; see token_service::get().
  expected<access_token> get(std::chrono::nanoseconds timeout,
                             const std::stop_token& stop = {}) const;

  /// Calls `done` with the result; see token_service::get_async().
  void get_async(std::chrono::nanoseconds timeout, callback done,
                 const std::stop_token& stop = {}) const;

  /// To be awaited by a coroutine; see token_service::async_get(). The handle must outlive the
  /// await.
  token_awaitable async_get(std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {}) const;

 private:
  friend struct detail::access;
  struct resolved;

  // Unlike the number of any handle, and unlike 0, which marks the unused entries of caches.
  static constexpr std::uint64_t no_number = ~std::uint64_t{0};

  // Null for an empty handle.
  [[nodiscard]] const detail::service_frontend* frontend() const noexcept;
  std::optional<access_token> read() const;

  std::shared_ptr<const resolved> resolved_;
  // Unique per for_resource() call; copies share it.
  std::uint64_t number_ = no_number;
};

}  // namespace midas
