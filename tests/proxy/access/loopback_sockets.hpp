// Real sockets on loopback, for tests of who is at their other end.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace midas::internal::test::loopback {

/// An open file descriptor.
class loopback_socket {
 public:
  loopback_socket() = default;
  explicit loopback_socket(int opened) : number_(opened) {
    if (opened < 0) {
      throw std::runtime_error{std::string{"no socket: "} + std::strerror(errno)};
    }
  }
  loopback_socket(loopback_socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  loopback_socket& operator=(loopback_socket&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~loopback_socket() { close(); }
  void close() {
    if (number_ >= 0) {
      ::close(std::exchange(number_, -1));
    }
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_ = -1;
};

/// An address of any family.
struct address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

inline address ipv4(const char* text, std::uint16_t port) {
  address result;
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  ::inet_pton(AF_INET, text, &in.sin_addr);
  std::memcpy(&result.storage, &in, sizeof in);
  result.size = sizeof in;
  return result;
}

inline address ipv6(const char* text, std::uint16_t port) {
  address result;
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(port);
  ::inet_pton(AF_INET6, text, &in.sin6_addr);
  std::memcpy(&result.storage, &in, sizeof in);
  result.size = sizeof in;
  return result;
}

inline address unix_path(const std::string& path) {
  address result;
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  std::memcpy(static_cast<void*>(un.sun_path), path.c_str(), path.size() + 1);
  std::memcpy(&result.storage, &un, sizeof un);
  result.size = sizeof un;
  return result;
}

inline loopback_socket socket_of(const address& at) {
  return loopback_socket{::socket(at.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
}

inline void require(int result, const char* what) {
  if (result != 0) {
    throw std::runtime_error{std::string{what} + ": " + std::strerror(errno)};
  }
}

inline loopback_socket listen_at(address at) {
  auto result = socket_of(at);
  const int yes = 1;
  ::setsockopt(result.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (at.storage.ss_family == AF_INET6) {
    const int no = 0;
    ::setsockopt(result.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  }
  require(::bind(result.get(), at.get(), at.size), "bind");
  require(::listen(result.get(), 8), "listen");
  return result;
}

inline std::uint16_t port_of(const loopback_socket& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  require(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&storage), &size), "getsockname");
  sockaddr_in in{};
  std::memcpy(&in, &storage, sizeof in);
  // At the same place in both families.
  return ntohs(in.sin_port);
}

inline loopback_socket connect_to(address at) {
  auto result = socket_of(at);
  require(::connect(result.get(), at.get(), at.size), "connect");
  return result;
}

inline loopback_socket connect_from(address own, address at) {
  auto result = socket_of(at);
  const int yes = 1;
  ::setsockopt(result.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  require(::bind(result.get(), own.get(), own.size), "bind");
  require(::connect(result.get(), at.get(), at.size), "connect");
  return result;
}

inline loopback_socket accept_from(const loopback_socket& listener) {
  return loopback_socket{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
}

}  // namespace midas::internal::test::loopback
