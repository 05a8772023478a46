// The sockets that clients connect to.
#pragma once

#include "messages/descriptor.hpp"
#include "proxy/proxy_server.hpp"
#include "proxy/server/socket_file.hpp"

#include <optional>

namespace midas::internal::proxy {

/// A socket that listens, or the reason why it does not. Removes its file when it is destroyed.
class listening_socket {
 public:
  listening_socket(descriptor socket, endpoint_state state, std::optional<socket_file> made = {});
  listening_socket(listening_socket&&) noexcept = default;
  listening_socket& operator=(listening_socket&&) noexcept = delete;
  ~listening_socket();

  [[nodiscard]] const endpoint_state& state() const noexcept { return state_; }
  [[nodiscard]] const descriptor& socket() const noexcept { return socket_; }
  /// Removes the file: nobody else connects to a Unix socket then.
  void remove_file() noexcept;
  /// Does so, and closes the socket.
  void close() noexcept;
  [[nodiscard]] bool is_open() const noexcept { return socket_.is_open(); }

 private:
  descriptor socket_;
  endpoint_state state_;
  std::optional<socket_file> made_;
};

/// Binds and listens. A Unix socket whose process has ended is replaced, and every user may connect
/// to the new one: what the kernel says about the client decides who is admitted. Throws
/// std::invalid_argument as the constructor of proxy_server does; what the system refuses is the
/// state's problem.
[[nodiscard]] listening_socket open_listener(const listen_address& where, bool allow_non_loopback);

/// Takes over a socket that listens already. Throws as open_listener does.
[[nodiscard]] listening_socket adopt_listener(descriptor socket, bool allow_non_loopback);

}  // namespace midas::internal::proxy
