// The token service: the object from which threads, callbacks, coroutines and actors request
// tokens.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/access.hpp>
#include <midas/detail/export.hpp>
#include <midas/detail/thread_cache.hpp>
#include <midas/detail/token_lookup.hpp>
#include <midas/error.hpp>
#include <midas/event_subscription.hpp>
#include <midas/managed_identity.hpp>
#include <midas/token_awaitable.hpp>
#include <midas/token_event.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>
#include <midas/token_service_statistics.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace caf {
class actor_system;
}  // namespace caf

namespace midas {

class token_handle;

/// Provides managed-identity tokens. Concurrent requests for the same token cause one HTTP request,
/// and a cached token is refreshed in the background before it expires.
///
/// All functions may be called from any thread. Every request is answered exactly once, by its
/// deadline, with a token or an error. Besides the errors that the host causes (see errc), a
/// request can fail with:
/// - errc::invalid_resource, invalid_identity, invalid_timeout: the request is malformed,
/// - errc::identity_not_supported: the host cannot provide tokens of that identity,
/// - errc::invalid_endpoint, endpoint_not_allowed, invalid_configuration: the service is
///   misconfigured; every request fails with that error, the constructors do not,
/// - errc::deadline_exceeded: the timeout passed,
/// - errc::cancelled: a stop was requested through the stop_token; the acquisition continues for
///   other callers. If it was requested before the call, nothing is sent,
/// - errc::shutting_down: shutdown() was called, or the service is being destroyed,
/// - errc::actor_terminated: an actor that held the request was ended from outside.
///
/// A timeout covers everything: queueing, all attempts, and the pauses between them. It must be
/// positive; above one year it counts as one year.
class MIDAS_EXPORT token_service {
 public:
  using options = token_service_options;
  using callback = std::function<void(expected<access_token>)>;

  /// Creates an actor system of its own, whose threads sleep when idle. Throws std::system_error if
  /// a thread cannot be started, and std::runtime_error if libcurl cannot be initialized.
  explicit token_service(const options& settings = {});

  /// Uses the application's actor system, which must outlive the service. Throws like the first
  /// constructor.
  explicit token_service(caf::actor_system& system, const options& settings = {});

  token_service(const token_service&) = delete;
  token_service& operator=(const token_service&) = delete;

  /// Calls shutdown().
  ~token_service();

  /// The service of this process: configured by the environment, created by the first call, and
  /// destroyed at exit. Code that creates a credential per request or per client should use it, so
  /// that the whole process causes one HTTP request for each token. The first call throws like the
  /// constructor.
  static token_service& shared();

  /// The cached token. Returns nothing if no fresh token is cached, if the request is invalid, or
  /// if it has claims or force_refresh, which bypass the cache. Never waits for another thread or
  /// for the host. If the token is due for a refresh, that happens in the background. A thread that
  /// has already read the token in the current second takes no lock, makes no system call, and
  /// writes to no memory that other threads read.
  std::optional<access_token> try_get(const token_request& request);

  /// A handle for one token, with its key resolved once: for callers that request the same token
  /// repeatedly. Does not fail; if the resource or the identity is invalid, the handle's functions
  /// report that. Requires <midas/token_handle.hpp> or <midas/midas.hpp>.
  token_handle for_resource(std::string resource, managed_identity identity = {});

  /// Blocks until the token or an error is available. Must not be called from an actor. A call in
  /// a callback of midas, or in a coroutine that midas resumed, fails with errc::would_block.
  expected<access_token> get(const token_request& request, std::chrono::nanoseconds timeout,
                             const std::stop_token& stop = {});

  /// Calls `done` with the result exactly once. If a token is cached, the service has shut down, or
  /// `stop` was already requested, `done` runs in the calling thread before this function returns.
  /// Otherwise it runs on a thread of the actor system, or in the thread that requests the stop.
  /// `done` must neither block nor throw: an exception terminates the process. It may be empty, to
  /// have a token cached ahead of its first use.
  void get_async(const token_request& request, std::chrono::nanoseconds timeout, callback done,
                 const std::stop_token& stop = {});

  /// `co_await` the result for an expected<access_token>. If a token is cached, the coroutine does
  /// not suspend. Otherwise it resumes where get_async() would call `done`, and must not block
  /// there. The request must outlive the await, and the coroutine must not be destroyed while it
  /// waits.
  token_awaitable async_get(const token_request& request, std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {});
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
  /// Not available with g++ before 13, which copies a temporary of a co_await expression into the
  /// coroutine frame byte by byte and destroys it twice. Pass a named request instead. For the same
  /// reason, await into a variable, not in the condition of an if statement.
  token_awaitable async_get(token_request&& request, std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {}) = delete;
#endif

  /// The actor that answers token requests, a midas::token_actor:
  ///   self->request(tokens.cache(), caf::infinite, request, timeout)
  /// Pass the timeout in the message, not to CAF: CAF 0.17 keeps the actor system alive until a
  /// timeout of its own passes, even after the answer. If the actor ends unexpectedly, midas
  /// replaces it; so call this function for each request. After shutdown() the handle is empty.
  /// Prefer request_token(), which takes a cached token without a message. Requires
  /// <midas/actors.hpp>.
  [[nodiscard]] auto cache() const;

  /// May be called after shutdown(), too.
  [[nodiscard]] token_service_statistics statistics() const;

  /// Calls `observer` with each event until the subscription ends (see event_subscription), on the
  /// thread where the event occurs, and possibly on several threads at once. `observer` must
  /// not block. One that throws is removed: it receives no further event. An empty function
  /// observes nothing. Actors use midas::observe() of <midas/actors.hpp>.
  event_subscription observe(std::function<void(const token_event&)> observer);

  /// Answers every open request with errc::shutting_down, ends the actors, closes the connections,
  /// and returns. In an application's actor system it waits at most 5 seconds for the actors, which
  /// cannot end while the application blocks all threads of that system; callbacks may then still
  /// run after this function has returned. Idempotent. Must not be called from an actor, from a
  /// callback of midas, or in a coroutine that midas resumed.
  void shutdown();

 private:
  friend struct detail::access;

  explicit token_service(std::unique_ptr<detail::service_core> core);
  std::optional<access_token> read(const detail::token_lookup& lookup) const;

  std::unique_ptr<detail::service_core> core_;
  // Identifies this service's token table in the caches of all threads.
  std::uint64_t table_;
};

inline std::optional<access_token> token_service::try_get(const token_request& request) {
  if (!accepts_cached(request)) {
    return std::nullopt;
  }
  const auto lookup = detail::make_lookup(table_, request.identity, request.resource);
  if (auto* const found = detail::find_fresh(lookup)) {
    return std::optional<access_token>{std::in_place, *found, token_source::cache};
  }
  return read(lookup);
}

}  // namespace midas
