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

/// `try_get()` returns the cached token, if any, as std::optional<access_token>.
template <class TryGet>
std::optional<access_token> cached_unless_cancelled(TryGet& try_get, const std::stop_token& stop) {
  return stop.stop_requested() ? std::nullopt : try_get();
}

template <class TryGet>
expected<access_token> get(TryGet try_get, const detail::service_frontend& frontend,
                           const token_request& request, std::chrono::nanoseconds timeout,
                           const std::stop_token& stop) {
  if (auto token = cached_unless_cancelled(try_get, stop)) {
    return *std::move(token);
  }
  return frontend.get(request, timeout, stop);
}

template <class TryGet>
void get_async(TryGet try_get, const detail::service_frontend& frontend,
               const token_request& request, std::chrono::nanoseconds timeout,
               token_waiter::completion done, const std::stop_token& stop) {
  if (auto token = cached_unless_cancelled(try_get, stop)) {
    token_waiter::complete(done, *std::move(token));
  } else {
    frontend.get_async(request, timeout, std::move(done), stop);
  }
}

template <class TryGet>
token_awaitable async_get(TryGet try_get, const detail::service_frontend& frontend,
                          const token_request& request, std::chrono::nanoseconds timeout,
                          const std::stop_token& stop) {
  if (auto token = cached_unless_cancelled(try_get, stop)) {
    return token_awaitable{*std::move(token)};
  }
  return {frontend, request, timeout, stop};
}

}  // namespace midas::internal
