// How HTTP requests leave the process: the interface between the http actor and whatever carries
// them out, a curl loop in earnest and a script in tests.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>
#include <midas/token_service_statistics.hpp>

#include <cstdint>
#include <functional>

namespace midas::internal {

/// All functions may be called from any thread, the completions' included.
class http_transport {
 public:
  /// Called exactly once for each exchange, on the transport's thread; must not block or throw. An
  /// HTTP error status is a response. Fails with errc::invalid_endpoint (also for a method or a
  /// header that cannot be sent), unreachable, certificate_mismatch (then nothing was sent),
  /// connection_lost, request_timeout, invalid_http, response_too_large, cancelled, shutting_down.
  using completion = std::function<void(expected<http_response>)>;

  http_transport() = default;
  http_transport(const http_transport&) = delete;
  http_transport& operator=(const http_transport&) = delete;
  virtual ~http_transport() = default;

  /// Begins an exchange, and returns an id to cancel it by. Never blocks. Once stop() was called
  /// the completion runs at once, in the calling thread, with errc::shutting_down.
  virtual std::uint64_t start(http_request request, completion done) = 0;

  /// Completes the exchange with errc::cancelled, unless it is complete by then. Never blocks, nor
  /// waits for that.
  virtual void cancel(std::uint64_t id) = 0;

  [[nodiscard]] virtual http_statistics statistics() const = 0;

  /// Completes everything outstanding with errc::shutting_down, and returns when no completion runs
  /// any more. Idempotent. Must not be called from a completion.
  virtual void stop() = 0;
};

}  // namespace midas::internal
