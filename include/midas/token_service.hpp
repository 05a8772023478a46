// The front door: whatever calls, a thread, a callback, a coroutine or an actor, asks here.
#pragma once

#include "actors/support/observers.hpp"
#include "transport/http_transport.hpp"
#include <midas/access_token.hpp>
#include <midas/detail/thread_cache.hpp>
#include <midas/error.hpp>
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

/// Hands out managed-identity tokens. Requests for the same token that meet cause one HTTP request.
///
/// All functions may be called from any thread. Every request is answered exactly once, by its
/// deadline, with a token or an error; besides what the endpoint answers (see errc) it is
/// - errc::invalid_resource, invalid_identity, invalid_timeout for a request that makes no sense,
/// - errc::invalid_endpoint, endpoint_not_allowed, invalid_configuration for a service that is set
///   up wrongly: the constructors do not fail for it, every request does,
/// - errc::identity_not_supported for an identity that the host cannot give out,
/// - errc::deadline_exceeded when its time runs out,
/// - errc::cancelled when a stop is asked for by the token that came with it; the acquisition goes
///   on for the others, and one that comes cancelled sends nothing,
/// - errc::shutting_down once shutdown() was called or the service is being destroyed,
/// - errc::actor_terminated when an actor on the way was ended by somebody else.
class token_service {
 public:
  using options = token_service_options;
  using callback = std::function<void(expected<access_token>)>;

  /// Makes a small actor system of its own, whose threads sleep while nothing happens.
  explicit token_service(const options& settings = {});

  /// Lives in the application's actor system, which has to outlive it.
  explicit token_service(caf::actor_system& system, const options& settings = {});

  /// As the first, and the second, with another way to the wire than HTTP by libcurl: for tests.
  token_service(const options& settings, std::shared_ptr<http_transport> transport);
  token_service(caf::actor_system& system, const options& settings,
                std::shared_ptr<http_transport> transport);

  token_service(const token_service&) = delete;
  token_service& operator=(const token_service&) = delete;

  /// As shutdown().
  ~token_service();

  /// The service of this process, set up from the environment, made at first use and destroyed at
  /// exit. What makes a credential per request or per client still causes one HTTP request.
  static token_service& shared();

  /// The token if one is at hand that may be handed out; whoever asks, it is renewed in the
  /// background when its time has come. Never waits for another actor or for the host. A thread
  /// that has had the token before, within the same second, gets it without a lock, a system call
  /// or a write to memory that other threads read.
  std::optional<access_token> try_get(const token_request& request);

  /// A handle that asks for the tokens of one resource, the key resolved once: where the same few
  /// are asked for again and again. Never fails; what is wrong with the resource or the identity is
  /// the answer to what it asks. Include <midas/midas.hpp>, or <midas/actors/token_handle.hpp>.
  token_handle for_resource(std::string resource, managed_identity identity = {});

  /// Waits for the token. Must not be called from an actor or from a completion of midas (the
  /// latter is answered with errc::would_block).
  expected<access_token> get(const token_request& request, std::chrono::nanoseconds timeout,
                             const std::stop_token& stop = {});

  /// Calls `done` with the outcome: before this returns, in the calling thread, if a token is at
  /// hand or the service has shut down; else on a thread of the actor system. `done` must
  /// neither block nor throw (an exception ends the process).
  void get_async(const token_request& request, std::chrono::nanoseconds timeout, callback done,
                 const std::stop_token& stop = {});

  /// `co_await` gives an expected<access_token>. The coroutine goes on at once, in the thread that
  /// it is in, if a token is at hand when this is called; else it resumes on a thread of the actor
  /// system, and must not block there. It must not be destroyed while it waits.
  token_awaitable async_get(const token_request& request, std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {});
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
  /// g++ 12 copies a braced temporary of a co_await expression byte by byte into the coroutine, and
  /// frees what is not there any more: give a request that has a name. For the same reason, await
  /// into a variable, not in the condition of an if.
  token_awaitable async_get(token_request&& request, std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {}) = delete;
#endif

  /// The actor to ask, as any other: `self->request(tokens.cache(), caf::infinite, request,
  /// timeout)`; request_token() takes the published token first. Include <midas/actors.hpp>. One
  /// that ends unexpectedly is replaced, so ask for the handle again then.
  [[nodiscard]] auto cache() const;

  [[nodiscard]] token_service_statistics statistics() const;

  /// Calls `tell` with each event from now on until the subscription goes; an event that is under
  /// way by then may still reach it. On the thread that the event happens on: it must neither block
  /// nor throw. An actor observes by observe() of <midas/actors.hpp>.
  event_subscription observe(std::function<void(const token_event&)> tell);

  /// Answers every open request with errc::shutting_down, ends the actors and the connections, and
  /// returns. Idempotent. Must not be called from an actor or a completion of midas.
  void shutdown();

 private:
  friend struct token_service_access;
  struct core;

  explicit token_service(std::unique_ptr<core> made);
  std::optional<access_token> read(const token_lookup& lookup) const;
  // Nothing for who comes cancelled.
  std::optional<access_token> cached_unless_cancelled(const token_request& request, const std::stop_token& stop);

  std::unique_ptr<core> core_;
  // Of the published tokens, for the calling thread to look among its own.
  std::uint64_t table_;
};

inline std::optional<access_token> token_service::try_get(const token_request& request) {
  if (!accepts_cached(request)) {
    return std::nullopt;
  }
  const auto lookup = make_lookup(table_, request.identity, request.resource);
  if (auto* const found = find_fresh(lookup)) {
    return std::optional<access_token>{std::in_place, *found, token_source::cache};
  }
  return read(lookup);
}

}  // namespace midas
