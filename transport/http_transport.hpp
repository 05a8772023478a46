// The interface between the HTTP actor and the implementation that performs its requests: the curl
// loop, or a script in tests.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>
#include <midas/token_service_statistics.hpp>

#include <cstdint>
#include <functional>

namespace midas::internal {

/// All functions may be called from any thread, and from completions unless stated otherwise.
class http_transport {
 public:
  /// Called exactly once for each exchange, on the transport's thread; must neither block nor
  /// throw. A response with an HTTP error status is still a response. The errors are
  /// errc::invalid_endpoint (also for a method or header that cannot be sent), deadline_exceeded
  /// (the request's `deadline` passed before it was sent), unreachable, certificate_mismatch
  /// (nothing was sent then), connection_lost, request_timeout, invalid_http, response_too_large,
  /// cancelled and shutting_down.
  using completion = std::function<void(expected<http_response>)>;

  http_transport() = default;
  http_transport(const http_transport&) = delete;
  http_transport& operator=(const http_transport&) = delete;
  virtual ~http_transport() = default;

  /// Begins an exchange and returns its id, for cancel(). Never blocks. After stop() the completion
  /// runs in the calling thread, before this function returns, with errc::shutting_down.
  virtual std::uint64_t start(http_request request, completion done) = 0;

  /// Completes the exchange with errc::cancelled unless it is already complete. Never blocks: the
  /// completion may run after this function has returned.
  virtual void cancel(std::uint64_t id) = 0;

  [[nodiscard]] virtual http_statistics statistics() const = 0;

  /// Completes every open exchange with errc::shutting_down and returns once no completion is
  /// running. Idempotent. Must not be called from a completion.
  virtual void stop() = 0;
};

}  // namespace midas::internal
