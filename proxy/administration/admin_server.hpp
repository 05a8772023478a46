// The administrator's Unix socket.
#pragma once

#include "messages/descriptor.hpp"
#include "proxy/administration/administration.hpp"
#include "proxy/server/socket_file.hpp"

#include <optional>
#include <string>
#include <thread>

namespace midas::internal::proxy {

/// Serves one connection after the other on a thread of its own, which sleeps between them and
/// blocks all signals. A connection has one request, and five seconds for it.
class admin_server {
 public:
  /// Makes the socket, with mode 0600 from the beginning; one whose process has ended is replaced.
  /// Throws std::system_error, whose what() names the path and the remedy. `proxy` must outlive the
  /// server, and must not destroy it in one of its functions.
  admin_server(std::string path, administration& proxy);
  /// Finishes the request in progress, and removes the socket.
  ~admin_server();
  admin_server(const admin_server&) = delete;
  admin_server& operator=(const admin_server&) = delete;

 private:
  void listen();
  void run();
  void serve(int connection);
  /// False if the server stops, or the time has passed.
  [[nodiscard]] bool wait_for(int input, int milliseconds) const;

  const std::string path_;
  administration& proxy_;
  const descriptor listener_;
  const descriptor stop_;
  std::optional<socket_file> file_;
  std::thread thread_;
};

}  // namespace midas::internal::proxy
