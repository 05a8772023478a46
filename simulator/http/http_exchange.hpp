// One HTTP exchange as plain values: the request that a simulated host receives and its response.
#pragma once

#include "http/request_view.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

using http::header_field;
using http::request_view;

/// How the sending of an answer fails.
enum class wire_fault_kind : std::uint8_t {
  none,
  /// Nothing is sent, and the connection is reset.
  reset_before,
  /// The connection is reset after half of the head.
  reset_within_headers,
  /// The connection is reset after the head.
  reset_after_headers,
  /// The connection closes after `bytes` of the body, although Content-Length is that of all of it.
  truncate_body,
  /// The answer is sent in pieces of `bytes`, with a pause of `every` between them.
  slow_drip,
  /// The body never ends, and the head has no Content-Length.
  endless_body,
  /// Bytes that are not HTTP are sent, and the connection closes.
  garbage,
  /// Nothing is sent until the client leaves or the server stops.
  hang,
};

struct wire_fault {
  wire_fault_kind kind = wire_fault_kind::none;
  std::size_t bytes = 0;
  std::chrono::nanoseconds every{0};

  bool operator==(const wire_fault&) const = default;
};

/// The answer of a host protocol. The server adds Date, Content-Length and Connection.
struct response {
  int status = 200;
  /// Complete lines "Name: value\r\n"; add_field() writes them.
  std::string fields;
  std::string body;
  /// How long the server waits before it sends this answer.
  std::chrono::nanoseconds delay{0};
  /// Close the connection after the answer.
  bool close = false;
  wire_fault fault{};
  /// Identifies the exchange in calls of exchange_listener; 0 if they are not wanted.
  std::uint64_t number = 0;

  /// The exchange is part of the statistics.
  bool counted = true;
  /// The request was for the token path, whatever the answer.
  bool token_request = false;
  /// The resource that the request names; empty if it names none. Must stay valid until the server
  /// has counted the exchange, which it does as soon as the request handler returns.
  std::string_view resource;

  void add_field(std::string_view name, std::string_view value);
  /// Restores the defaults, and keeps the allocated memory.
  void clear() noexcept;
};

/// Fills an empty response. Called on the server's thread.
using request_handler = std::function<void(
    const request_view& request, std::chrono::system_clock::time_point now, response& answer)>;

}  // namespace midas::internal::simulator
