// The three ways to request a token, shared by token_service and token_handle: a cached token
// answers immediately unless the caller has canceled; any other request goes to the actors.
#pragma once

#include "messages/token_waiter.hpp"
#include "service/service_frontend.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/token_awaitable.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <optional>
#include <stop_token>
#include <utility>

namespace midas::internal {

/// A request that the caller has made, and keeps as long as it waits. The functions below call it,
/// or what takes its place, only if no cached token answers.
struct same_request {
  const token_request& request;
  const token_request& operator()() const noexcept { return request; }
};

/// `try_get()` returns the cached token, if any, as std::optional<access_token>.
template <class TryGet>
std::optional<access_token> cached_unless_cancelled(TryGet& try_get, const std::stop_token& stop) {
  return stop.stop_requested() ? std::nullopt : try_get();
}

template <class TryGet, class MakeRequest>
expected<access_token> get(TryGet try_get, const detail::service_frontend& frontend,
                           const MakeRequest& make_request, std::chrono::nanoseconds timeout,
                           const std::stop_token& stop) {
  if (auto token = cached_unless_cancelled(try_get, stop)) {
    return *std::move(token);
  }
  return frontend.get(make_request(), timeout, stop);
}

template <class TryGet, class MakeRequest>
void get_async(TryGet try_get, const detail::service_frontend& frontend,
               const MakeRequest& make_request, std::chrono::nanoseconds timeout,
               // NOLINTNEXTLINE(performance-unnecessary-value-param): moved from below
               token_waiter::completion done, const std::stop_token& stop) {
  if (auto token = cached_unless_cancelled(try_get, stop)) {
    token_waiter::complete(done, *std::move(token));
  } else {
    frontend.get_async(make_request(), timeout, std::move(done), stop);
  }
}

/// `make_request` may also return a std::unique_ptr<const token_request>, which the awaitable
/// keeps.
template <class TryGet, class MakeRequest>
token_awaitable async_get(TryGet try_get, const detail::service_frontend& frontend,
                          const MakeRequest& make_request, std::chrono::nanoseconds timeout,
                          const std::stop_token& stop) {
  if (auto token = cached_unless_cancelled(try_get, stop)) {
    return token_awaitable{*std::move(token)};
  }
  return {frontend, make_request(), timeout, stop};
}

}  // namespace midas::internal
