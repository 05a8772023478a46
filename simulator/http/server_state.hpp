// What the connections of an http_server share with it.
#pragma once

#include "http/date_field.hpp"
#include "simulator/http/http_server.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_set>

namespace midas::internal::simulator {

/// The server's view of a connection, plain or over TLS.
class client_connection {
 public:
  virtual ~client_connection() = default;

  virtual void start() = 0;
  /// Closes as soon as all outstanding answers are written.
  virtual void finish() = 0;
  virtual void close() = 0;

  /// Rounds of the server since the connection last made progress; 0 while it waits on purpose, for
  /// the time of an answer or as a fault demands.
  [[nodiscard]] virtual std::uint64_t idle_rounds() const noexcept = 0;
};

/// Only the server's thread uses it.
struct server_state {
  http_server_options options;
  request_handler answer;
  traffic_counter& counter;
  /// May be null.
  exchange_listener* listener = nullptr;
  /// Reused by all requests, one at a time.
  response reply{};
  http::date_field date{};
  /// Counts the checks for idle connections; see client_connection::idle_rounds().
  std::uint64_t round = 0;
  bool stopping = false;
  std::unordered_set<std::shared_ptr<client_connection>> open{};
  /// Called when the last connection closes while stopping.
  std::function<void()> all_closed{};
};

}  // namespace midas::internal::simulator
