#include "transport/curl/curl_sockets.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>

namespace midas::internal {

namespace {

using name_function = int (*)(int, sockaddr*, socklen_t*);

int port(curl_socket_t socket, name_function get_name) noexcept {
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  } name{};
  socklen_t size = sizeof(name);
  if (get_name(socket, &name.any, &size) != 0) {
    return 0;
  }
  return ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port);
}

bool has_unread_bytes(curl_socket_t socket) noexcept {
  char byte = 0;
  return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

}  // namespace

curl_socket_t curl_sockets::open(const curl_sockaddr& address) noexcept {
  attempts_.fetch_add(1, std::memory_order_relaxed);
  // Close on exec: programs that this process starts must not inherit its connections.
  const auto result = ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  try {
    if (result != CURL_SOCKET_BAD) {
      sockets_.push_back({.socket = result});
    }
    return result;
  } catch (const std::bad_alloc&) {
    ::close(result);
    errno = ENOMEM;
    return CURL_SOCKET_BAD;
  }
}

int curl_sockets::why_none() noexcept {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return errno;
  }
  ::close(pair[0]);
  ::close(pair[1]);
  return 0;
}

int curl_sockets::close(void* self, curl_socket_t socket) noexcept {
  std::erase_if(static_cast<curl_sockets*>(self)->sockets_,
                [socket](const open_socket& item) { return item.socket == socket; });
  return ::close(socket);
}

void curl_sockets::shut_down_if_unread(int local_port, int peer_port) noexcept {
  curl_socket_t found = CURL_SOCKET_BAD;
  for (auto& item : sockets_) {
    if (item.peer_port == 0) {
      item.local_port = port(item.socket, &::getsockname);
      item.peer_port = port(item.socket, &::getpeername);
    }
    if (item.local_port == local_port && item.peer_port == peer_port) {
      // Two connections with equal ports but different addresses: shutting down the wrong one would
      // be worse than doing nothing.
      if (found != CURL_SOCKET_BAD) {
        return;
      }
      found = item.socket;
    }
  }
  if (found != CURL_SOCKET_BAD && has_unread_bytes(found)) {
    ::shutdown(found, SHUT_RDWR);
  }
}

}  // namespace midas::internal
