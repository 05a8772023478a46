// An HTTP/1.1 server with one thread and one request handler, over TLS if it has a certificate.
#pragma once

#include "simulator/http/http_exchange.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace midas::internal::simulator {

class tls_certificate;
class traffic_counter;

/// Follows the exchanges whose response has a number. Called on the server's thread.
class exchange_listener {
 public:
  exchange_listener() = default;
  virtual ~exchange_listener() = default;
  exchange_listener(const exchange_listener&) = delete;
  exchange_listener& operator=(const exchange_listener&) = delete;

  /// The answer is about to be written, its whole head at least. Not called for an exchange that
  /// ends without that.
  virtual void answered(std::uint64_t number, int status) = 0;
  /// Called once for every number: the end of the answer is about to be written, or the connection
  /// is about to close.
  virtual void ended(std::uint64_t number) = 0;
};

struct http_server_options {
  std::string address = "127.0.0.1";
  bool allow_any_address = false;
  std::uint16_t port = 0;
  /// Bytes of request line and header fields together. Requests above it are answered with 431.
  std::uint32_t head_limit = 16'384;
  /// Bytes of a request's body. Requests above it are answered with 413.
  std::uint64_t body_limit = 65'536;
  /// Connections without progress for this long are closed.
  std::chrono::milliseconds idle_timeout{120'000};
  /// How long stop() waits until the answers in flight are written.
  std::chrono::milliseconds stop_timeout{500};
  /// The certificate for https, with TLS 1.2 or later. Null for plain http.
  std::shared_ptr<const tls_certificate> certificate{};
  /// With https: the name that clients must ask for (SNI), compared case-insensitively; others are
  /// refused during the handshake. Empty: none need be asked for.
  std::string server_name{};
};

/// Throws std::invalid_argument if the address is not an IP address or not allowed.
void check_address(const http_server_options& options);

/// Whether only programs of this machine can reach that IP address. False for any other text.
[[nodiscard]] bool is_loopback(const std::string& address);

/// Keeps connections open, and answers pipelined requests in order. Its thread blocks all signals.
class http_server {
 public:
  /// Starts to serve. Throws std::invalid_argument if the address is not an IP address or not
  /// allowed, and std::system_error if the system cannot listen there; what() has a remedy. The
  /// server's thread uses the handler, the counter and the listener, which may be null, until
  /// stop() returns.
  http_server(const http_server_options& options, request_handler answer, traffic_counter& counter,
              exchange_listener* listener = nullptr);
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  /// "http://ADDRESS:PORT" or "https://ADDRESS:PORT", IPv6 in brackets.
  [[nodiscard]] const std::string& endpoint() const noexcept;
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Connections that begin after the call present this certificate. Only for a server with
  /// https. Any thread may call it.
  void replace_certificate(std::shared_ptr<const tls_certificate> certificate);

  /// Stops accepting connections and requests, writes the answers in flight for up to stop_timeout,
  /// then closes all connections and ends the thread. Any thread may call it, and may call it
  /// again; every call returns when all of this is done.
  void stop();

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace midas::internal::simulator
