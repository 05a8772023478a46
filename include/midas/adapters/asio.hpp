// Tokens for programs that use standalone Asio: async_get() with any completion token. Link
// midas::asio. Asio 1.22 or later.
#pragma once

#include <midas/detail/asio_async_get.hpp>

#include <asio/associated_allocator.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/execution/context.hpp>
#include <asio/execution_context.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <asio/query.hpp>
#include <concepts>

namespace midas {

namespace detail {

/// What async_get() uses of Asio.
struct standalone_asio {
  using execution_context = asio::execution_context;
  using cancellation_type = asio::cancellation_type;
  static constexpr bool has_cancellation = true;

  static auto executor_of(const auto& handler) { return asio::get_associated_executor(handler); }
  static auto allocator_of(const auto& handler) { return asio::get_associated_allocator(handler); }
  static auto slot_of(const auto& handler) {
    return asio::get_associated_cancellation_slot(handler);
  }
  static auto work_for(const auto& handler) { return asio::make_work_guard(executor_of(handler)); }
  static void post(const auto& executor, auto&& function) {
    asio::post(executor, std::forward<decltype(function)>(function));
  }

  /// The context of an executor; null if the executor does not tell.
  static execution_context* context_of(const auto& executor) {
    if constexpr (requires {
                    {
                      asio::query(executor, asio::execution::context)
                      } -> std::convertible_to<execution_context&>;
                  }) {
      return &static_cast<execution_context&>(asio::query(executor, asio::execution::context));
    } else {
      return nullptr;
    }
  }
  template <class Service>
  static Service& use_service(execution_context& context) {
    return asio::use_service<Service>(context);
  }
};

}  // namespace detail

/// async_get() of <midas/adapters/asio.hpp>. The name of the namespace is only needed in a source
/// that includes <midas/adapters/boost_asio.hpp> as well.
inline namespace for_asio {

/// Requests a token for Asio's completion tokens: a callback, use_awaitable, use_future, deferred.
/// The completion signature is void(expected<access_token>).
///
///   const auto token = co_await midas::async_get(tokens, request, 5s, asio::use_awaitable);
///
/// The completion is posted to the handler's associated executor, whose work is outstanding until
/// then; it never runs inside this function. A signal to the associated cancellation slot, of any
/// type, gives the wait up: the operation completes with errc::cancelled, and the acquisition
/// continues for other callers. The associated allocator is used on the initiating thread and on
/// the executor, never on a thread of midas.
///
/// The operation completes exactly once, by its deadline, as token_service::get_async() does; also
/// when the service shuts down or is destroyed. If the executor's execution context is destroyed
/// first, the handler is destroyed without being called. An executor that cannot be queried for its
/// context must stay usable until the operation completes.
///
/// `tokens` must exist until the operation is initiated, for a lazy completion token such as
/// deferred: until the result is launched. Any thread.
template <ASIO_COMPLETION_TOKEN_FOR(void(expected<access_token>)) CompletionToken>
auto async_get(token_service& tokens, const token_request& request,
               std::chrono::nanoseconds timeout, CompletionToken&& token) {
  using source = detail::service_and_request;
  return asio::async_initiate<CompletionToken, void(expected<access_token>)>(
      detail::initiate_get<detail::standalone_asio, source>{{&tokens, request}, timeout}, token);
}
/// Requests the token of the default identity for `resource`, a std::string, a std::string_view or
/// a const char*. The overload that takes a token_request has the details.
template <detail::resource_text Text,
          ASIO_COMPLETION_TOKEN_FOR(void(expected<access_token>)) CompletionToken>
auto async_get(token_service& tokens, const Text& resource, std::chrono::nanoseconds timeout,
               CompletionToken&& token) {
  const auto request = detail::request_for(resource);
  return for_asio::async_get(tokens, request, timeout, std::forward<CompletionToken>(token));
}
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
/// Not available with g++ before 13: pass a named request. See token_service::async_get().
template <class CompletionToken>
auto async_get(token_service& tokens, token_request&& request, std::chrono::nanoseconds timeout,
               CompletionToken&& token) = delete;
/// Not available with g++ before 13, for the same reason: pass a named std::string.
template <detail::temporary_text Text, class CompletionToken>
auto async_get(token_service& tokens, Text&& resource, std::chrono::nanoseconds timeout,
               CompletionToken&& token) = delete;
#endif

/// Requests the token of a handle, of which the operation keeps a copy. Faster than with a
/// request. The overload that takes a token_request has the details.
template <ASIO_COMPLETION_TOKEN_FOR(void(expected<access_token>)) CompletionToken>
auto async_get(const token_handle& handle, std::chrono::nanoseconds timeout,
               CompletionToken&& token) {
  return asio::async_initiate<CompletionToken, void(expected<access_token>)>(
      detail::initiate_get<detail::standalone_asio, token_handle>{handle, timeout}, token);
}

}  // namespace for_asio
}  // namespace midas
