// Tokens for programs that use Boost.Asio: async_get() with any completion token. Link
// midas::boost_asio. Boost 1.74 or later; cancellation slots need Boost 1.77.
#pragma once

#include <midas/detail/asio_async_get.hpp>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#if __has_include(<boost/asio/associated_cancellation_slot.hpp>)
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#define MIDAS_BOOST_ASIO_HAS_CANCELLATION 1
#endif

#include <concepts>

namespace midas {

namespace detail {

/// What async_get() uses of Asio.
struct boost_asio {
  using execution_context = boost::asio::execution_context;

  static auto executor_of(const auto& handler) {
    return boost::asio::get_associated_executor(handler);
  }
  static auto allocator_of(const auto& handler) {
    return boost::asio::get_associated_allocator(handler);
  }
#ifdef MIDAS_BOOST_ASIO_HAS_CANCELLATION
  using cancellation_type = boost::asio::cancellation_type;
  static constexpr bool has_cancellation = true;
  static auto slot_of(const auto& handler) {
    return boost::asio::get_associated_cancellation_slot(handler);
  }
#else
  static constexpr bool has_cancellation = false;
#endif
  static auto work_for(const auto& handler) {
    return boost::asio::make_work_guard(executor_of(handler));
  }
  static void post(const auto& executor, auto&& function) {
    boost::asio::post(executor, std::forward<decltype(function)>(function));
  }

  /// The context of an executor; null if the executor does not tell.
  static execution_context* context_of(const auto& executor) {
    if constexpr (requires {
                    {
                      boost::asio::query(executor, boost::asio::execution::context)
                      } -> std::convertible_to<execution_context&>;
                  }) {
      return &static_cast<execution_context&>(
          boost::asio::query(executor, boost::asio::execution::context));
    } else {
      return nullptr;
    }
  }
  template <class Service>
  static Service& use_service(execution_context& context) {
    return boost::asio::use_service<Service>(context);
  }
};

}  // namespace detail

/// async_get() of <midas/adapters/boost_asio.hpp>. The name of the namespace is only needed in a
/// source that includes <midas/adapters/asio.hpp> as well.
inline namespace for_boost_asio {

/// As async_get() of <midas/adapters/asio.hpp>, for Boost.Asio:
///
///   const auto token = co_await midas::async_get(tokens, request, 5s, net::use_awaitable);
///
/// Before Boost 1.77, Asio has no cancellation slots.
template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(expected<access_token>)) CompletionToken>
auto async_get(token_service& tokens, const token_request& request,
               std::chrono::nanoseconds timeout, CompletionToken&& token) {
  using source = detail::service_and_request;
  return boost::asio::async_initiate<CompletionToken, void(expected<access_token>)>(
      detail::initiate_get<detail::boost_asio, source>{{&tokens, request}, timeout}, token);
}
/// Requests the token of the default identity for `resource`, a std::string, a std::string_view or
/// a const char*. The overload that takes a token_request has the details.
template <detail::resource_text Text,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(expected<access_token>)) CompletionToken>
auto async_get(token_service& tokens, const Text& resource, std::chrono::nanoseconds timeout,
               CompletionToken&& token) {
  const auto request = detail::request_for(resource);
  return for_boost_asio::async_get(tokens, request, timeout, std::forward<CompletionToken>(token));
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
template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(expected<access_token>)) CompletionToken>
auto async_get(const token_handle& handle, std::chrono::nanoseconds timeout,
               CompletionToken&& token) {
  return boost::asio::async_initiate<CompletionToken, void(expected<access_token>)>(
      detail::initiate_get<detail::boost_asio, token_handle>{handle, timeout}, token);
}

}  // namespace for_boost_asio
}  // namespace midas

#undef MIDAS_BOOST_ASIO_HAS_CANCELLATION
