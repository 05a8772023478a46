// An HTTP/1.1 server on one thread, for any dialect; over TLS when it is given a certificate.
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

/// Hears what becomes of the exchanges whose response has a number. Called on the server's thread.
class exchange_listener {
 public:
  exchange_listener() = default;
  virtual ~exchange_listener() = default;
  exchange_listener(const exchange_listener&) = delete;
  exchange_listener& operator=(const exchange_listener&) = delete;

  /// The answer is about to go to the socket, its head whole. Not called when that never happens.
  virtual void answered(std::uint64_t number, int status) = 0;
  /// Once for every number: the last of the answer is about to go to the socket, or the connection
  /// has ended.
  virtual void ended(std::uint64_t number) = 0;
};

struct http_server_options {
  std::string address = "127.0.0.1";
  bool allow_any_address = false;
  std::uint16_t port = 0;
  /// Bytes of request line and header fields together; beyond it the answer is 431.
  std::uint32_t head_limit = 16'384;
  /// Bytes of a request's body; beyond it the answer is 413.
  std::uint64_t body_limit = 65'536;
  /// A connection that completes no request for this long is closed.
  std::chrono::milliseconds idle_timeout{120'000};
  /// How long stop() waits for answers in flight.
  std::chrono::milliseconds stop_timeout{500};
  /// Speaks https (TLS 1.2 or later) and shows this; plain http when there is none.
  std::shared_ptr<const tls_certificate> certificate{};
};

/// Throws as http_server's constructor does when the address is none or is not allowed.
void check_address(const http_server_options& options);

/// Keeps connections open, takes pipelined requests and answers them in order. Signals are left to
/// the program's other threads.
class http_server {
 public:
  /// Listens and serves at once. Throws std::invalid_argument for an address that is none or that
  /// is not allowed, std::system_error when the system refuses; both say what to do. The dialect,
  /// the counter and the listener, if any, are used on the server's thread until stop() has
  /// returned.
  http_server(const http_server_options& options, request_handler answer, traffic_counter& counter,
              exchange_listener* listener = nullptr);
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  /// "http://ADDRESS:PORT" or "https://ADDRESS:PORT", IPv6 in brackets.
  [[nodiscard]] const std::string& endpoint() const noexcept;
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Takes no new connections and requests, sends the answers in flight as long as stop_timeout
  /// allows, closes every connection, ends the thread. Any thread, any number of times: each call
  /// returns when all this is done.
  void stop();

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace midas::internal::simulator
