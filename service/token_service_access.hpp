// The way from the front door, which knows no CAF, to its actors.
#pragma once

#include "messages/protocols.hpp"
#include <midas/token_handle.hpp>
#include <midas/token_service.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace midas {

struct token_service_access {
  static cache_actor cache(const token_service& service);
  static cache_actor cache(const token_handle& handle);
};

/// Sends the actor each event from now on until the subscription goes.
inline event_subscription observe(token_service& service, const observer_actor& to) {
  return service.observe([to](const token_event& event) { caf_compat::anonymous_send(to, event); });
}

/// An actor's request for a token; see request_token.
template <class Self>
class pending_token_request {
 public:
  pending_token_request(Self* self, std::optional<access_token> published, cache_actor cache,
                  token_request request, std::chrono::nanoseconds timeout)
      : self_(self),
        published_(std::move(published)),
        cache_(std::move(cache)),
        request_(std::move(request)),
        timeout_(timeout) {}

  /// Calls `on_token(const access_token&)`, or `on_error(const error&)`, in the actor: before this
  /// returns if the token is published, else when the answer comes. Actors of their own behaviour
  /// (event-based ones) only.
  template <class OnToken, class OnError>
  void then(OnToken on_token, OnError on_error) {
    if (published_) {
      on_token(std::as_const(*published_));
    } else if (cache_) {
      caf_compat::request(self_, cache_, std::move(request_), timeout_)
          .then([on_token](const access_token& token) mutable { on_token(token); },
                [on_error](const caf::error& failure) mutable { on_error(to_error(failure)); });
    } else {
      on_error(fail(errc::shutting_down, "the token service has shut down").value());
    }
  }

  /// What a handler returns whose own answer the token is.
  caf::result<access_token> delegate() {
    if (published_) {
      return *std::move(published_);
    }
    if (cache_) {
      return self_->delegate(cache_, std::move(request_), timeout_);
    }
    return to_caf_error(fail(errc::shutting_down, "the token service has shut down").value());
  }

 private:
  Self* self_;
  std::optional<access_token> published_;
  cache_actor cache_;
  token_request request_;
  std::chrono::nanoseconds timeout_;
};

/// For an actor that needs a token: takes the published one without a message, and asks the cache
/// actor only when there is none. In a handler of `self`:
///   request_token(self, tokens, request, 5s).then(on_token, on_error);
template <class Self>
pending_token_request<Self> request_token(Self* self, token_service& tokens, token_request request,
                                    std::chrono::nanoseconds timeout) {
  auto published = tokens.try_get(request);
  auto cache = published ? cache_actor{} : token_service_access::cache(tokens);
  return {self, std::move(published), std::move(cache), std::move(request), timeout};
}

/// The same by a handle.
template <class Self>
pending_token_request<Self> request_token(Self* self, const token_handle& tokens,
                                    std::chrono::nanoseconds timeout) {
  if (auto published = tokens.try_get()) {
    return {self, std::move(published), {}, {}, timeout};
  }
  return {self, {}, token_service_access::cache(tokens), tokens.request(), timeout};
}

inline auto token_service::cache() const { return token_service_access::cache(*this); }

}  // namespace midas
