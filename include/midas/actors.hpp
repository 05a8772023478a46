// For applications made of actors: <midas/midas.hpp>, plus how actors request tokens and observe
// events. Includes headers of CAF.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/caf_compat.hpp>
#include <midas/detail/export.hpp>
#include <midas/detail/resource_text.hpp>
#include <midas/error.hpp>
#include <midas/midas.hpp>
#include <midas/token_event.hpp>
#include <midas/token_request.hpp>

#include <caf/error.hpp>
#include <caf/result.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

// Not serializable: a token must not leave the machine that acquired it.
MIDAS_BEGIN_MESSAGES(midas_public, 0)
MIDAS_ERROR_CODE(midas_public, midas::errc)
MIDAS_LOCAL_MESSAGE(midas_public, midas::access_token)
MIDAS_LOCAL_MESSAGE(midas_public, midas::error)
MIDAS_LOCAL_MESSAGE(midas_public, midas::token_event)
MIDAS_LOCAL_MESSAGE(midas_public, midas::token_request)
MIDAS_END_MESSAGES(midas_public)

namespace midas {

/// Registers the message types of midas, and of CAF itself, in the tables of CAF 1.x. An
/// application that creates actor systems calls it in main(), before the first of them; otherwise
/// a token service in such a system fails each request with errc::not_started. A second call has
/// no effect. Does nothing with CAF 0.17.
MIDAS_EXPORT void init_global_meta_objects();

/// The actor that answers token requests, returned by token_service::cache(). It answers every
/// request exactly once, with an access_token or with a caf::error that to_error() converts. The
/// errors are those of token_service.
///
/// A handle may be kept, and does not keep the actor from ending. A request to an actor that has
/// ended fails with errc::actor_terminated: the service has ended, or midas has replaced the actor
/// by another, which token_service::cache() returns then. request_token() with a token_handle needs
/// no such care.
using token_actor = caf_compat::typed_actor<
    // Answers within token_service_options::default_timeout.
    access_token(token_request),
    // Answers within the given timeout, which must be positive: errc::invalid_timeout otherwise.
    // Above one year it counts as one year.
    access_token(token_request, std::chrono::nanoseconds)>;

/// An actor that receives the events of a service; see observe(). It must keep up: events that it
/// has not handled yet stay in its mailbox, which has no limit.
using observer_actor = caf_compat::typed_actor<void(token_event)>;

/// Converts the error in an answer of a midas actor to the midas::error that it contains. An error
/// of CAF itself becomes errc::deadline_exceeded if it is a request timeout, and otherwise
/// errc::actor_terminated (for example, because the receiver has ended). Any thread.
MIDAS_EXPORT error to_error(const caf::error& failure);

/// The inverse of to_error(), for actors that answer with a midas::error of their own. Any thread.
MIDAS_EXPORT caf::error to_caf_error(const error& failure);

/// Sends each event of the service to `receiver`, without a sender, until the subscription ends.
/// The subscription keeps `receiver` alive, and may outlive the service. Any thread.
inline event_subscription observe(token_service& service, const observer_actor& receiver) {
  return service.observe(
      [receiver](const token_event& event) { caf_compat::anonymous_send(receiver, event); });
}

namespace detail {

MIDAS_EXPORT token_actor cache_of(const token_service& service);
MIDAS_EXPORT token_actor cache_of(const token_handle& handle);

/// Why a service has no cache actor.
MIDAS_EXPORT error unavailable_error(const token_service& service);
MIDAS_EXPORT error unavailable_error(const token_handle& handle);

/// What answers a request: the published token, the cache actor, or a failure.
using token_source_of_request = std::variant<access_token, token_actor, error>;

template <class Tokens>
token_source_of_request actor_or_error(const Tokens& tokens) {
  if (auto cache = cache_of(tokens)) {
    return cache;
  }
  return unavailable_error(tokens);
}

}  // namespace detail

/// A token request of an actor, not sent yet. Returned by request_token(). Call then() or
/// delegate() once, in the same message handler of `self`; without either, nothing is sent.
template <class Self>
class pending_token_request {
 public:
  /// For midas itself; applications call request_token().
  pending_token_request(Self* self, detail::token_source_of_request from, token_request request,
                        std::chrono::nanoseconds timeout)
      : self_(self), from_(std::move(from)), request_(std::move(request)), timeout_(timeout) {}

  /// Calls `on_token(const access_token&)` or `on_error(const error&)` in the actor, exactly once
  /// unless the actor ends first: before this function returns if the token is cached or the
  /// service cannot serve it, otherwise when the answer arrives. The actor handles other messages
  /// meanwhile. For event-based actors.
  template <class OnToken, class OnError>
  void then(OnToken on_token, OnError on_error) {
    if (const auto* published = std::get_if<access_token>(&from_)) {
      on_token(*published);
    } else if (const auto* cache = std::get_if<token_actor>(&from_)) {
      caf_compat::request(self_, *cache, std::move(request_), timeout_)
          .then([on_token](const access_token& token) mutable { on_token(token); },
                [on_error](const caf::error& failure) mutable { on_error(to_error(failure)); });
    } else {
      on_error(std::get<error>(from_));
    }
  }

  /// Answers the sender of the current message with the token, or with a caf::error that to_error()
  /// converts. Return the result from the message handler.
  caf::result<access_token> delegate() {
    if (auto* published = std::get_if<access_token>(&from_)) {
      return std::move(*published);
    }
    if (const auto* cache = std::get_if<token_actor>(&from_)) {
      return caf_compat::delegate(self_, *cache, std::move(request_), timeout_);
    }
    return to_caf_error(std::get<error>(from_));
  }

 private:
  Self* self_;
  detail::token_source_of_request from_;
  token_request request_;
  std::chrono::nanoseconds timeout_;
};

/// Requests a token for an actor, in a message handler of `self`:
///   request_token(self, tokens, request, 5s).then(on_token, on_error);
///
/// A cached token takes no message, and is handed out whatever `timeout` is. Any other request goes
/// to the cache actor, which answers within `timeout`; it must be positive, and above one year it
/// counts as one year. The errors are those of token_service.
///
/// `tokens` must exist during the call only. Never blocks.
template <class Self>
pending_token_request<Self> request_token(Self* self, token_service& tokens, token_request request,
                                          std::chrono::nanoseconds timeout) {
  if (auto published = tokens.try_get(request)) {
    return {self, *std::move(published), std::move(request), timeout};
  }
  return {self, detail::actor_or_error(tokens), std::move(request), timeout};
}

/// Requests, for an actor, the token of the default identity for `resource`. The overload that
/// takes a token_request has the details.
template <class Self, detail::resource_text Text>
pending_token_request<Self> request_token(Self* self, token_service& tokens, const Text& resource,
                                          std::chrono::nanoseconds timeout) {
  if (auto published = tokens.try_get(resource)) {
    return {self, *std::move(published), {}, timeout};
  }
  return {self, detail::actor_or_error(tokens),
          token_request{.resource = std::string{std::string_view{resource}}}, timeout};
}

/// Requests the token of a handle for an actor. The overload that takes a token_request has the
/// details. An actor should keep a handle rather than a reference to the service: the handle may
/// outlive the service, and then fails with errc::shutting_down.
template <class Self>
pending_token_request<Self> request_token(Self* self, const token_handle& tokens,
                                          std::chrono::nanoseconds timeout) {
  if (auto published = tokens.try_get()) {
    return {self, *std::move(published), {}, timeout};
  }
  return {self, detail::actor_or_error(tokens), tokens.request(), timeout};
}

inline auto token_service::cache() const { return detail::cache_of(*this); }

}  // namespace midas
