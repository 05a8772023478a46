// The front door: every caller, be it a thread, a callback, a coroutine or an actor, requests
// tokens here.
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

/// Hands out managed-identity tokens. Concurrent requests for the same token cause one HTTP
/// request.
///
/// All functions may be called from any thread. Every request is answered exactly once, by its
/// deadline, with a token or an error. Besides the errors that the endpoint causes (see errc):
/// - errc::invalid_resource, invalid_identity, invalid_timeout: the request is malformed,
/// - errc::invalid_endpoint, endpoint_not_allowed, invalid_configuration: the service is
///   misconfigured; every request reports it, the constructors do not,
/// - errc::identity_not_supported: the host cannot give out that identity,
/// - errc::deadline_exceeded: the timeout passed,
/// - errc::cancelled: a stop was requested through the stop_token. The acquisition goes on for the
///   other callers. If the stop was requested before the call, nothing is sent,
/// - errc::shutting_down: shutdown() was called, or the service is being destroyed,
/// - errc::actor_terminated: something else ended an actor that held the request.
///
/// Timeouts longer than a year count as a year.
class MIDAS_EXPORT token_service {
 public:
  using options = token_service_options;
  using callback = std::function<void(expected<access_token>)>;

  /// Creates a small actor system of its own, whose threads sleep while nothing happens. Throws
  /// std::system_error when no thread can be started, std::runtime_error when libcurl cannot be
  /// initialized.
  explicit token_service(const options& settings = {});

  /// Uses the application's actor system, which must outlive the service. Throws as the first
  /// constructor does.
  explicit token_service(caf::actor_system& system, const options& settings = {});

  token_service(const token_service&) = delete;
  token_service& operator=(const token_service&) = delete;

  /// Calls shutdown().
  ~token_service();

  /// The service of this process, configured by the environment, created at first use and destroyed
  /// at exit. Code that creates a credential per request or per client should use it, so that the
  /// process still causes one HTTP request for each token.
  static token_service& shared();

  /// The cached token, if one may be handed out. Empty otherwise, also for an invalid request, and
  /// for one with claims or force_refresh, which never uses the cache. Never waits for another
  /// thread or for the host; a token that is due is refreshed in the background. A thread that has
  /// read the token within the same second gets it without a lock, a system call, or a write to
  /// memory that other threads read.
  std::optional<access_token> try_get(const token_request& request);

  /// A handle for the tokens of one resource, with the key resolved once: for callers that request
  /// the same few tokens repeatedly. Does not fail: an invalid resource or identity is reported by
  /// the handle's functions. Needs <midas/token_handle.hpp> or <midas/midas.hpp>.
  token_handle for_resource(std::string resource, managed_identity identity = {});

  /// Blocks until the token or an error is there. Must not be called from an actor. A call from a
  /// completion that midas runs fails with errc::would_block.
  expected<access_token> get(const token_request& request, std::chrono::nanoseconds timeout,
                             const std::stop_token& stop = {});

  /// Calls `done` with the result: in the calling thread, before this function returns, if a token
  /// is cached or the service has shut down; otherwise on a thread of the actor system. `done` must
  /// neither block nor throw (an exception terminates the process).
  void get_async(const token_request& request, std::chrono::nanoseconds timeout, callback done,
                 const std::stop_token& stop = {});

  /// `co_await` it for an expected<access_token>. The coroutine continues in its own thread if a
  /// token was cached at the time of the call; otherwise it is resumed on a thread of the actor
  /// system, and must not block there. The request must outlive the await. The coroutine must not
  /// be destroyed while it waits.
  token_awaitable async_get(const token_request& request, std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {});
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
  /// g++ 12 copies a braced temporary in a co_await expression byte by byte into the coroutine
  /// frame and destroys it twice: give the request a name. For the same reason, await into a
  /// variable and not in the condition of an if statement.
  token_awaitable async_get(token_request&& request, std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {}) = delete;
#endif

  /// The actor that answers requests, a midas::token_actor:
  ///   self->request(tokens.cache(), caf::infinite, request, timeout)
  /// Give the timeout in the message, not to CAF: CAF 0.17 keeps the actor system open until the
  /// timeout of a request passes, answered or not. request_token() uses the cached token first. If
  /// the actor ends unexpectedly it is replaced: call this function again then. Needs
  /// <midas/actors.hpp>.
  [[nodiscard]] auto cache() const;

  [[nodiscard]] token_service_statistics statistics() const;

  /// Calls `observer` with each event until the subscription ends; an event that is being delivered
  /// by then may still reach it. Called on the thread on which the event happens: must neither
  /// block nor throw. Actors use observe() of <midas/actors.hpp>.
  event_subscription observe(std::function<void(const token_event&)> observer);

  /// Answers every open request with errc::shutting_down, ends the actors and the connections, and
  /// returns. In an application's actor system it waits at most 5 s for the actors, which cannot
  /// end while the application blocks the system's threads; callbacks may then come later.
  /// Idempotent. Must not be called from an actor or from a completion of midas.
  void shutdown();

 private:
  friend struct detail::access;

  explicit token_service(std::unique_ptr<detail::service_core> core);
  std::optional<access_token> read(const detail::token_lookup& lookup) const;

  std::unique_ptr<detail::service_core> core_;
  // Identifies the token table in the caches of all threads.
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
