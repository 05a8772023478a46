#include "tests/support/raw_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <system_error>
#include <utility>

namespace midas::internal::test {

namespace {

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

int bound_socket(std::uint16_t& port) {
  const int result = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (result < 0 || ::bind(result, generic, size) != 0 ||
      ::getsockname(result, generic, &size) != 0) {
    throw_errno("cannot bind to a loopback port");
  }
  port = ntohs(address.sin_port);
  return result;
}

std::size_t body_size(std::string head) {
  std::ranges::transform(head, head.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view name = "\r\ncontent-length:";
  const auto found = head.find(name);
  return found == std::string::npos ? 0 : std::stoul(head.substr(found + name.size()));
}

}  // namespace

raw_connection::~raw_connection() { close(); }

std::string raw_connection::read_request() {
  std::array<char, 4096> buffer{};
  for (;;) {
    if (const auto end = unread_.find("\r\n\r\n"); end != std::string::npos) {
      const auto size = end + 4 + body_size(unread_.substr(0, end));
      if (unread_.size() >= size) {
        auto request = unread_.substr(0, size);
        unread_.erase(0, size);
        return request;
      }
    }
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count <= 0) {
      return {};
    }
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

bool raw_connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool raw_connection::wait_for_end(int at_most_ms) {
  std::array<char, 4096> buffer{};
  pollfd waiting{socket_, POLLIN, 0};
  while (::poll(&waiting, 1, at_most_ms) > 0) {
    if (::recv(socket_, buffer.data(), buffer.size(), 0) <= 0) {
      return true;
    }
  }
  return false;
}

void raw_connection::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close();
}

void raw_connection::close() {
  const std::lock_guard lock{mutex_};
  if (socket_ >= 0) {
    ::close(std::exchange(socket_, -1));
  }
}

void raw_connection::wake() noexcept {
  const std::lock_guard lock{mutex_};
  if (socket_ >= 0) {
    ::shutdown(socket_, SHUT_RDWR);
  }
}

raw_server::raw_server(script run) : run_(std::move(run)), listener_(bound_socket(port_)) {
  if (::listen(listener_, SOMAXCONN) != 0) {
    throw_errno("cannot listen");
  }
  thread_ = std::thread{[this] { accept_all(); }};
}

raw_server::~raw_server() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
  for (auto& item : served_) {
    item.connection.wake();
    item.thread.join();
  }
}

std::string raw_server::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::size_t raw_server::connections() const {
  const std::lock_guard lock{mutex_};
  return served_.size();
}

void raw_server::wait_until_ended(std::size_t connections) {
  std::unique_lock lock{mutex_};
  ended_changed_.wait(lock, [&] { return ended_ >= connections; });
}

void raw_server::accept_all() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock{mutex_};
    if (stopping_ || socket < 0) {
      if (socket >= 0) {
        ::close(socket);
      }
      return;
    }
    auto& item = served_.emplace_back(socket, served_.size());
    item.thread = std::thread{[this, &item] {
      run_(item.connection);
      item.connection.close();
      const std::lock_guard ended{mutex_};
      ++ended_;
      ended_changed_.notify_all();
    }};
  }
}

std::uint16_t closed_port() {
  std::uint16_t port = 0;
  ::close(bound_socket(port));
  return port;
}

std::string ok_response(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string{body};
}

raw_server::script answer_always(std::string response) {
  return [response = std::move(response)](raw_connection& connection) {
    while (!connection.read_request().empty() && connection.send(response)) {
    }
  };
}

raw_server::script answer_and_close(std::string response) {
  return [response = std::move(response)](raw_connection& connection) {
    if (!connection.read_request().empty()) {
      connection.send(response);
    }
  };
}

}  // namespace midas::internal::test
