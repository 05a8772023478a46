// One HTTP exchange as plain values: what a simulated host reads, and what it answers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

struct header_field {
  std::string_view name;
  std::string_view value;
};

/// A request that has arrived in full. Every view is valid only during the call it is handed to.
struct request_view {
  /// As on the wire, e.g. "GET".
  std::string_view method;
  /// Path and query, still percent-encoded.
  std::string_view target;
  /// In the order of the wire, repetitions included.
  std::span<const header_field> fields;
  std::string_view body;

  /// The first field of that name, which is compared without regard to case.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const noexcept;
  /// The target up to its '?'.
  [[nodiscard]] std::string_view path() const noexcept;
  /// What stands behind the '?'; empty when there is none.
  [[nodiscard]] std::string_view query() const noexcept;
};

/// How an answer goes wrong on its way to the client.
enum class wire_fault_kind : std::uint8_t {
  none,
  /// The connection is reset, and nothing is sent.
  reset_before,
  /// It is reset when half of the head is sent.
  reset_within_headers,
  /// It is reset when the head is sent.
  reset_after_headers,
  /// It ends after `bytes` of the body, of which the head promises all.
  truncate_body,
  /// The answer goes in pieces of `bytes`, one `every`.
  slow_drip,
  /// The body has no end, and the head tells no length.
  endless_body,
  /// What comes is no HTTP, and then the connection ends.
  garbage,
  /// Nothing comes at all, until the client leaves or the server stops.
  hang,
};

struct wire_fault {
  wire_fault_kind kind = wire_fault_kind::none;
  std::size_t bytes = 0;
  std::chrono::nanoseconds every{0};

  bool operator==(const wire_fault&) const = default;
};

/// What a dialect answers. The server adds Date, Content-Length and Connection.
struct response {
  int status = 200;
  /// Complete lines "Name: value\r\n"; add_field() writes them.
  std::string fields;
  std::string body;
  /// How long the server waits before it sends this answer.
  std::chrono::nanoseconds delay{0};
  /// Close the connection after this answer.
  bool close = false;
  wire_fault fault{};
  /// By which the server's exchange_listener is told what becomes of it; 0 for an exchange that
  /// nobody follows.
  std::uint64_t number = 0;

  /// For the statistics. An exchange that is not counted leaves no trace in them at all.
  bool counted = true;
  /// The request went to the path that hands out tokens, whatever came of it.
  bool token_request = false;
  /// The resource a token was asked for; empty when none was named. Must outlive the exchange's
  /// counting, which happens right after the dialect returns.
  std::string_view resource;

  void add_field(std::string_view name, std::string_view value);
  /// Back to the defaults, keeping the memory.
  void clear() noexcept;
};

/// How a host speaks. Gets an empty response to fill. The server calls it from its one thread only.
using request_handler = std::function<void(
    const request_view& request, std::chrono::system_clock::time_point now, response& answer)>;

/// Compares ASCII text without regard to case; other bytes compare as they are.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace midas::internal::simulator
