// The token service: the object from which threads, callbacks, coroutines and actors request
// tokens.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/access.hpp>
#include <midas/detail/export.hpp>
#include <midas/detail/resource_text.hpp>
#include <midas/detail/thread_cache.hpp>
#include <midas/detail/time_types.hpp>
#include <midas/detail/token_lookup.hpp>
#include <midas/error.hpp>
#include <midas/event_subscription.hpp>
#include <midas/managed_identity.hpp>
#include <midas/token_awaitable.hpp>
#include <midas/token_event.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>
#include <midas/token_service_statistics.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
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
/// deadline, with a token or an error. In addition to the errors that the host causes (see errc), a
/// request can fail with:
/// - errc::invalid_resource, invalid_identity, invalid_timeout: the request is malformed,
/// - errc::identity_not_supported: the host cannot provide tokens of that identity,
/// - errc::claims_not_supported: the host does not accept claims, and granted a token for the same
///   claims less than a minute ago,
/// - errc::invalid_endpoint, endpoint_not_allowed, invalid_configuration: the service is
///   misconfigured; every request fails with that error, the constructors do not,
/// - errc::deadline_exceeded: the timeout passed,
/// - errc::cancelled: a stop was requested through the stop_token; the acquisition continues for
///   other callers. If it was requested before the call, nothing is sent,
/// - errc::shutting_down: shutdown() was called, or the service is being destroyed,
/// - errc::actor_terminated: an actor that held the request ended unexpectedly,
/// - errc::not_started: the service could not start (see the constructors),
/// - errc::forked: the service was created before a fork(), and the caller is in the child.
///
/// A timeout covers everything: queueing, all attempts, and the pauses between them. It counts from
/// the call, must be positive, and above one year counts as one year.
///
/// Each function that takes a token_request also takes the resource alone, as a std::string, a
/// std::string_view or a const char*: get("https://vault.azure.net", 5s) requests the same as
/// get({.resource = "https://vault.azure.net"}, 5s). Its token is for the default identity: the one
/// in token_service_options::identity, or else the one that the host chooses, usually the
/// system-assigned one.
class MIDAS_EXPORT token_service {
 public:
  /// The configuration.
  using options = token_service_options;
  /// Receives a token or an error; see get_async().
  using callback = std::function<void(expected<access_token>)>;

  /// Creates an actor system of its own, whose threads sleep when idle. Throws only std::bad_alloc:
  /// if a thread cannot be started or libcurl cannot be initialized, every request fails with
  /// errc::not_started, which says why.
  explicit token_service(const options& settings = {});

  /// Runs in the application's actor system, which must outlive the service. Throws only
  /// std::bad_alloc: if the service cannot start, every request fails with errc::not_started.
  explicit token_service(caf::actor_system& system, const options& settings = {});

  token_service(const token_service&) = delete;
  token_service& operator=(const token_service&) = delete;

  /// Calls shutdown(). On a thread that must not wait for the actors (see shutdown()), the actors
  /// and the connections end after it has returned, on another thread. In the child of a fork(), it
  /// does nothing.
  ~token_service();

  /// The service of this process: configured by configure_shared() or else by the environment,
  /// created by the first call, and never destroyed. Code that creates a credential per request or
  /// per client should use it, so that the whole process causes one HTTP request for each token.
  ///
  /// In the child of a fork(), the first call creates another service, with the same options;
  /// references and handles from before the fork fail with errc::forked. If the service could not
  /// start, a later call tries again, at most once per second, and returns another service if that
  /// succeeds.
  ///
  /// At exit, midas stops calling observers and the log, and closes the connections, within 250 ms;
  /// it does not wait for open requests. The objects that an observer or the log uses must have
  /// been created before the first call.
  static token_service& shared();

  /// Sets the options of shared(). Call it in main(), before anything calls shared(); any thread.
  /// Fails with errc::invalid_configuration, and changes nothing, if the process has used shared()
  /// or has called this function before: of several calls, the first takes effect. Throws only
  /// std::bad_alloc.
  ///
  /// In the child of a fork(), the options of the parent apply unless the child sets others, which
  /// it may do until it uses shared() itself. The child gets copies of the parent's `store` and
  /// `log` as they were at the fork, with locks that no thread may ever release; set options with
  /// new ones there if they have locks. Like the service, the options are never destroyed.
  static expected<void> configure_shared(token_service_options settings);

  /// The cached token. Returns nothing if no fresh token is cached, if the request is invalid, or
  /// if it has claims or force_refresh, which bypass the cache. Never waits for another thread or
  /// for the host. If the token is due for a refresh, that happens in the background. A thread that
  /// has already read the token in the current second takes no lock, makes no system call, and
  /// writes to no memory that other threads read.
  std::optional<access_token> try_get(const token_request& request);
  /// The cached token of the default identity for `resource`, or nothing. Never waits. The overload
  /// that takes a token_request has the details.
  template <detail::resource_text Text>
  std::optional<access_token> try_get(const Text& resource) {
    return find_resource(resource);
  }

  /// A handle for one token, with its key resolved once: for callers that request the same token
  /// repeatedly. Does not fail; if the resource or the identity is invalid, the handle's functions
  /// report that. Requires <midas/token_handle.hpp> or <midas/midas.hpp>.
  token_handle for_resource(std::string_view resource, managed_identity identity = {});

  /// Returns the cached token at once; otherwise blocks until a token or an error is available, at
  /// most for `timeout`. Fails with errc::would_block if the answer may need the calling thread: in
  /// a callback or observer of midas, in a coroutine that midas resumed, and in an actor that runs
  /// on a thread of the scheduler that the service uses. An actor should not call it at all, since
  /// it blocks other actors; see request_token().
  expected<access_token> get(const token_request& request, std::chrono::nanoseconds timeout,
                             const std::stop_token& stop = {});
  /// Blocks until the token of the default identity for `resource`, or the error, is available. The
  /// overload that takes a token_request has the details.
  template <detail::resource_text Text>
  expected<access_token> get(const Text& resource, std::chrono::nanoseconds timeout,
                             const std::stop_token& stop = {}) {
    return get_resource(resource, timeout, stop);
  }

  /// Calls `done` with the result exactly once. If a token is cached, the service has shut down, or
  /// `stop` was already requested, `done` runs in the calling thread before this function returns.
  /// Otherwise it runs on a thread of the actor system, or in the thread that requests the stop.
  /// `done` must neither block nor throw: an exception terminates the process. It may be empty, to
  /// have a token cached ahead of its first use.
  void get_async(const token_request& request, std::chrono::nanoseconds timeout, callback done,
                 const std::stop_token& stop = {});
  /// Calls `done` with the token of the default identity for `resource`, or with the error, exactly
  /// once. The overload that takes a token_request has the details.
  template <detail::resource_text Text>
  void get_async(const Text& resource, std::chrono::nanoseconds timeout,
                 callback done,  // NOLINT(performance-unnecessary-value-param): moved from below
                 const std::stop_token& stop = {}) {
    get_resource_async(resource, timeout, std::move(done), stop);
  }

  /// Returns what a coroutine awaits with `co_await`, for an expected<access_token>. If a token is
  /// cached, the coroutine does not suspend. Otherwise it resumes on the thread on which
  /// get_async() would call `done`, and must not block there. The request must outlive the await,
  /// and the coroutine must not be destroyed while it waits.
  token_awaitable async_get(const token_request& request, std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {});
  /// Returns what a coroutine awaits with `co_await`, for the token of the default identity for
  /// `resource`, or the error. The awaitable keeps a copy of the text. The overload that takes a
  /// token_request has the details.
  template <detail::resource_text Text>
  token_awaitable async_get(const Text& resource, std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {}) {
    return async_get_resource(resource, timeout, stop);
  }
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
  /// Not available with g++ before 13, which copies a temporary of a co_await expression into the
  /// coroutine frame byte by byte and destroys it twice. Pass a named request instead. For the same
  /// reason, await into a variable, not in the condition of an if statement.
  token_awaitable async_get(token_request&& request, std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {}) = delete;
  /// Not available with g++ before 13, for the same reason: pass a named std::string, or a string
  /// literal.
  template <detail::temporary_text Text>
  token_awaitable async_get(Text&& resource, std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {}) = delete;
#endif

  /// The actor that answers token requests, a midas::token_actor:
  ///   self->request(tokens.cache(), caf::infinite, request, timeout)
  /// Pass the timeout in the message, not to CAF: CAF 0.17 keeps the actor system alive until a
  /// timeout of its own passes, even after the answer. The handle may be kept; after a failure with
  /// errc::actor_terminated, call this function again, since midas replaces an actor that ends
  /// unexpectedly. After shutdown() the handle is empty.
  /// Prefer request_token(), which takes a cached token without a message. Requires
  /// <midas/actors.hpp>.
  [[nodiscard]] auto cache() const;

  /// The counters of the service, now. Any thread; after shutdown(), too.
  [[nodiscard]] token_service_statistics statistics() const;

  /// Calls `observer` with each event until the subscription ends (see event_subscription), on the
  /// thread where the event occurs, and possibly on several threads at once. `observer` must
  /// not block. One that throws is removed: it receives no further event. An empty function
  /// observes nothing. Actors use midas::observe() of <midas/actors.hpp>.
  event_subscription observe(std::function<void(const token_event&)> observer);

  /// Answers every open request with errc::shutting_down, ends the actors, closes the connections,
  /// and returns. Idempotent.
  ///
  /// Waits at most 5 seconds for the actors, and for the token store to save the tokens that it
  /// does not have yet. The actors cannot end while the application blocks all threads of its actor
  /// system, or while a callback blocks. Requests that are open after that are answered by this
  /// function, on the calling thread. After it has returned, no callback, coroutine, observer or
  /// call of the store begins. (Answers to actors are messages, and may arrive later.)
  ///
  /// May be called on any thread. It does not wait where get() would fail with errc::would_block:
  /// in a callback, for example, it answers the open requests itself, and returns.
  void shutdown();

 private:
  friend struct detail::access;

  explicit token_service(std::unique_ptr<detail::service_core> core);
  std::optional<access_token> find(const detail::token_lookup& lookup) const;
  std::optional<access_token> read(const detail::token_lookup& lookup) const;

  std::optional<access_token> find_resource(std::string_view resource) const;
  expected<access_token> get_resource(std::string_view resource, std::chrono::nanoseconds timeout,
                                      const std::stop_token& stop);
  void get_resource_async(std::string_view resource, std::chrono::nanoseconds timeout,
                          callback done, const std::stop_token& stop);
  token_awaitable async_get_resource(std::string_view resource, std::chrono::nanoseconds timeout,
                                     const std::stop_token& stop);

  std::unique_ptr<detail::service_core> core_;
  // Identifies this service's token table in the caches of all threads.
  std::uint64_t table_;
  // See token_service_options::identity.
  std::optional<managed_identity> default_identity_;
};

// A function call would make a read by key slower.
[[gnu::always_inline]] inline std::optional<access_token> token_service::find(
    const detail::token_lookup& lookup) const {
  if (auto* const found = detail::find_fresh(lookup)) {
    return std::optional<access_token>{std::in_place, *found, token_source::cache};
  }
  return read(lookup);
}

inline std::optional<access_token> token_service::find_resource(std::string_view resource) const {
  const managed_identity unnamed;
  return find(
      detail::make_lookup(table_, default_identity_ ? *default_identity_ : unnamed, resource));
}

inline std::optional<access_token> token_service::try_get(const token_request& request) {
  if (!accepts_cached(request)) {
    return std::nullopt;
  }
  const auto& identity =
      default_identity_ && !request.identity.is_named() ? *default_identity_ : request.identity;
  return find(detail::make_lookup(table_, identity, request.resource));
}

}  // namespace midas
