#include "tools/load/workers/line_socket.hpp"

#include "messages/make_error.hpp"
#include "proxy/configuration/listen_address_text.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace midas::internal::tools {

namespace {

using std::chrono::milliseconds;

struct socket_name {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

// The address is numeric.
socket_name name_of(const proxy::listen_address& address) {
  socket_name name;
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, address.address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    name.size = sizeof v6;
    std::memcpy(&name.storage, &v6, sizeof v6);
    return name;
  }
  sockaddr_in v4{};
  ::inet_pton(AF_INET, address.address.c_str(), &v4.sin_addr);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port);
  name.size = sizeof v4;
  std::memcpy(&name.storage, &v4, sizeof v4);
  return name;
}

std::uint16_t port_of(const descriptor& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return 0;
  }
  sockaddr_in6 v6{};
  sockaddr_in v4{};
  std::memcpy(&v6, &storage, sizeof v6);
  std::memcpy(&v4, &storage, sizeof v4);
  return ntohs(storage.ss_family == AF_INET6 ? v6.sin6_port : v4.sin_port);
}

// True if the socket becomes ready for these events.
bool wait_for(const descriptor& socket, short events, socket_deadline deadline) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    const auto wait = std::clamp(left, milliseconds{0}, milliseconds{60'000});
    pollfd poll{socket.number(), events, 0};
    const auto ready = ::poll(&poll, 1, static_cast<int>(wait.count()));
    if (ready > 0) {
      return true;
    }
    if ((ready < 0 && errno != EINTR) || left <= milliseconds{0}) {
      return false;
    }
  }
}

descriptor make_socket(const socket_name& name) {
  return descriptor{
      ::socket(name.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

bool is_transient_errno() noexcept {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

[[noreturn]] void throw_errno(const proxy::listen_address& address) {
  throw std::system_error{
      errno, std::generic_category(),
      "cannot listen at " + to_string(address) + "; choose another address and port for --worker"};
}

}  // namespace

line_socket::line_socket(descriptor socket) : socket_(std::move(socket)) {
  constexpr int on = 1;
  // A machine that has gone does not acknowledge what is sent to it.
  constexpr unsigned user_timeout = 10'000;
  (void)::setsockopt(socket_.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  (void)::setsockopt(socket_.number(), IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout,
                     sizeof user_timeout);
}

bool line_socket::write(std::string line, milliseconds patience) {
  line += '\n';
  std::string_view left{line};
  while (!left.empty()) {
    const auto sent = ::send(socket_.number(), left.data(), left.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      left.remove_prefix(static_cast<std::size_t>(sent));
    } else if (!is_transient_errno() ||
               !wait_for(socket_, POLLOUT, std::chrono::steady_clock::now() + patience)) {
      return false;
    }
  }
  return true;
}

line_status line_socket::read(std::size_t limit, socket_deadline deadline) {
  std::size_t searched = 0;
  while (true) {
    const auto end = received_.find('\n', searched);
    if (end != std::string::npos && end <= limit) {
      line_ = received_.substr(0, end);
      received_.erase(0, end + 1);
      return line_status::complete;
    }
    if (received_.size() > limit) {
      return line_status::too_long;
    }
    searched = received_.size();
    std::array<char, 16'384> bytes{};
    const auto size = ::recv(socket_.number(), bytes.data(), bytes.size(), 0);
    if (size > 0) {
      received_.append(bytes.data(), static_cast<std::size_t>(size));
    } else if (size == 0 || !is_transient_errno()) {
      return line_status::closed;
    } else if (!wait_for(socket_, POLLIN, deadline)) {
      return line_status::timed_out;
    }
  }
}

bool line_socket::has_input() const { return !received_.empty() || wait_for(socket_, POLLIN, {}); }

expected<descriptor> connect_to(const proxy::listen_address& address, socket_deadline deadline) {
  auto name = name_of(address);
  auto socket = make_socket(name);
  int problem = 0;
  if (!socket.is_open()) {
    problem = errno;
  } else if (::connect(socket.number(), name.get(), name.size) != 0) {
    problem = errno;
    if (problem == EINPROGRESS) {
      socklen_t size = sizeof problem;
      problem = ETIMEDOUT;
      if (wait_for(socket, POLLOUT, deadline)) {
        (void)::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &problem, &size);
      }
    }
  }
  if (problem != 0) {
    return fail(errc::unreachable,
                "cannot be connected to: " + std::generic_category().message(problem),
                "Check that midas load --worker runs there");
  }
  return socket;
}

descriptor listen_at(proxy::listen_address& address) {
  auto name = name_of(address);
  auto socket = make_socket(name);
  constexpr int on = 1;
  if (!socket.is_open() ||
      ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(socket.number(), name.get(), name.size) != 0 || ::listen(socket.number(), 16) != 0) {
    throw_errno(address);
  }
  address.port = port_of(socket);
  return socket;
}

descriptor accept_from(const descriptor& listener, socket_deadline deadline) {
  if (!wait_for(listener, POLLIN, deadline)) {
    return {};
  }
  return descriptor{::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
}

}  // namespace midas::internal::tools
