// TCP connections that carry lines.
#pragma once

#include "messages/descriptor.hpp"
#include "proxy/configuration/proxy_configuration.hpp"
#include <midas/error.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace midas::internal::tools {

using socket_deadline = std::chrono::steady_clock::time_point;

enum class line_status {
  /// A line has arrived.
  complete,
  timed_out,
  /// The other side has closed the connection, or it broke.
  closed,
  /// The other side has sent more than the limit without a line break.
  too_long,
};

/// One thread.
class line_socket {
 public:
  explicit line_socket(descriptor socket);

  /// False if the connection broke, or if the other side took nothing of the line for so long.
  [[nodiscard]] bool write(std::string line, std::chrono::milliseconds patience);

  /// Waits for a line of at most `limit` bytes, which line() then returns without its line break.
  /// What has arrived of it until the deadline is kept for the next call.
  [[nodiscard]] line_status read(std::size_t limit, socket_deadline deadline);
  [[nodiscard]] const std::string& line() const noexcept { return line_; }

  /// The bytes that have arrived of the next line.
  [[nodiscard]] std::size_t received() const noexcept { return received_.size(); }

  /// True if the other side has closed the connection or sent something. Does not wait.
  [[nodiscard]] bool has_input() const;

 private:
  descriptor socket_;
  std::string received_;
  std::string line_;
};

/// Connects to that address. Fails with errc::unreachable, which has the reason.
[[nodiscard]] expected<descriptor> connect_to(const proxy::listen_address& address,
                                              socket_deadline deadline);

/// Listens at that address, and sets its port if it is 0. Throws std::system_error.
[[nodiscard]] descriptor listen_at(proxy::listen_address& address);

/// The next connection; a closed descriptor if none arrives until the deadline.
[[nodiscard]] descriptor accept_from(const descriptor& listener, socket_deadline deadline);

}  // namespace midas::internal::tools
