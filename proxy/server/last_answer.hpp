// The answer to a connection that gets nothing else.
#pragma once

#include <sys/socket.h>

#include <array>
#include <string_view>

namespace midas::internal::proxy {

/// Writes what the socket takes at once, and shuts it down; the caller closes it. For connections
/// that are too many: nothing is kept for them, and nothing waits.
inline void send_last_answer(int socket, std::string_view text) noexcept {
  static_cast<void>(::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  // A request that is unread when the socket closes would reset the connection and destroy the
  // answer. No more is done for it than this.
  ::shutdown(socket, SHUT_WR);
  std::array<char, 4096> request{};
  static_cast<void>(::recv(socket, request.data(), request.size(), MSG_DONTWAIT));
}

}  // namespace midas::internal::proxy
