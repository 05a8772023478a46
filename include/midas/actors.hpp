// For applications that are made of actors: everything in <midas/midas.hpp>, and how actors request
// tokens and observe events. Includes headers of CAF.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/caf_compat.hpp>
#include <midas/detail/export.hpp>
#include <midas/error.hpp>
#include <midas/midas.hpp>
#include <midas/token_event.hpp>
#include <midas/token_request.hpp>

#include <caf/error.hpp>
#include <caf/result.hpp>

#include <chrono>
#include <optional>
#include <utility>

// Tokens belong to the machine that acquired them: none of these types can be serialized.
MIDAS_LOCAL_MESSAGE(midas::access_token)
MIDAS_LOCAL_MESSAGE(midas::error)
MIDAS_LOCAL_MESSAGE(midas::token_event)
MIDAS_LOCAL_MESSAGE(midas::token_request)

namespace midas {

/// The actor that answers token requests: what token_service::cache() returns. Every request is
/// answered once, with an access_token or with a caf::error that to_error() reads.
using token_actor = caf_compat::typed_actor<
    // Answers by the service's default_timeout.
    access_token(token_request),
    // Answers within the caller's own timeout, which must be positive.
    access_token(token_request, std::chrono::nanoseconds)>;

/// An actor that receives the events of a service: see observe().
using observer_actor = caf_compat::typed_actor<void(token_event)>;

/// The midas::error in what a midas actor answered. An error of CAF's own becomes the nearest of
/// ours: a request timeout errc::deadline_exceeded, any other (the receiver has ended, for example)
/// errc::actor_terminated. Any thread.
MIDAS_EXPORT error to_error(const caf::error& failure);

/// A midas::error as an actor's answer, for to_error() to read. Any thread.
MIDAS_EXPORT caf::error to_caf_error(const error& failure);

/// Sends `receiver` each event of the service until the subscription ends. Any thread.
inline event_subscription observe(token_service& service, const observer_actor& receiver) {
  return service.observe(
      [receiver](const token_event& event) { caf_compat::anonymous_send(receiver, event); });
}

namespace detail {

MIDAS_EXPORT token_actor cache_of(const token_service& service);
MIDAS_EXPORT token_actor cache_of(const token_handle& handle);
MIDAS_EXPORT error shut_down_error();

}  // namespace detail

/// A token request that an actor is about to make; see request_token().
template <class Self>
class pending_token_request {
 public:
  pending_token_request(Self* self, std::optional<access_token> published, token_actor cache,
                        token_request request, std::chrono::nanoseconds timeout)
      : self_(self),
        published_(std::move(published)),
        cache_(std::move(cache)),
        request_(std::move(request)),
        timeout_(timeout) {}

  /// Calls `on_token(const access_token&)` or `on_error(const error&)` in the actor: before this
  /// function returns if the token is cached, otherwise when the answer arrives. For event-based
  /// actors.
  template <class OnToken, class OnError>
  void then(OnToken on_token, OnError on_error) {
    if (published_) {
      on_token(std::as_const(*published_));
    } else if (cache_) {
      caf_compat::request(self_, cache_, std::move(request_), timeout_)
          .then([on_token](const access_token& token) mutable { on_token(token); },
                [on_error](const caf::error& failure) mutable { on_error(to_error(failure)); });
    } else {
      on_error(detail::shut_down_error());
    }
  }

  /// Return this from a message handler that answers its sender with the token.
  caf::result<access_token> delegate() {
    if (published_) {
      return *std::move(published_);
    }
    if (cache_) {
      return self_->delegate(cache_, std::move(request_), timeout_);
    }
    return to_caf_error(detail::shut_down_error());
  }

 private:
  Self* self_;
  std::optional<access_token> published_;
  token_actor cache_;
  token_request request_;
  std::chrono::nanoseconds timeout_;
};

/// How an actor requests a token: takes a cached one without a message, and asks the cache actor
/// otherwise. In a message handler of `self`:
///   request_token(self, tokens, request, 5s).then(on_token, on_error);
template <class Self>
pending_token_request<Self> request_token(Self* self, token_service& tokens, token_request request,
                                          std::chrono::nanoseconds timeout) {
  auto published = tokens.try_get(request);
  auto cache = published ? token_actor{} : detail::cache_of(tokens);
  return {self, std::move(published), std::move(cache), std::move(request), timeout};
}

/// The same for the token of a handle.
template <class Self>
pending_token_request<Self> request_token(Self* self, const token_handle& tokens,
                                          std::chrono::nanoseconds timeout) {
  if (auto published = tokens.try_get()) {
    return {self, std::move(published), {}, {}, timeout};
  }
  return {self, {}, detail::cache_of(tokens), tokens.request(), timeout};
}

inline auto token_service::cache() const { return detail::cache_of(*this); }

}  // namespace midas
