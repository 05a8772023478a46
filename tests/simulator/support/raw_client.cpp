#include "tests/simulator/support/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace midas::internal::test {

raw_client::raw_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connect(&where, sizeof where);
}

raw_client::raw_client(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  path.copy(static_cast<char*>(where.sun_path), sizeof where.sun_path - 1);
  connect(&where, sizeof where);
}

void raw_client::connect(const void* where, std::size_t size) {
  const timeval patience{20, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(socket_, static_cast<const sockaddr*>(where), static_cast<socklen_t>(size)) != 0) {
    ::close(std::exchange(socket_, -1));
    throw std::system_error(errno, std::system_category(), "cannot connect");
  }
}

raw_client::~raw_client() {
  if (socket_ >= 0) {
    ::close(socket_);
  }
}

raw_client::raw_client(raw_client&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      unread_(std::move(other.unread_)),
      error_(other.error_) {}

bool raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool raw_client::hears_within(int milliseconds) const {
  pollfd state{.fd = socket_, .events = POLLIN, .revents = 0};
  return !unread_.empty() || ::poll(&state, 1, milliseconds) > 0;
}

void raw_client::send_end() { ::shutdown(socket_, SHUT_WR); }

bool raw_client::receive_some() {
  std::array<char, 16384> part{};
  const auto size = ::recv(socket_, part.data(), part.size(), 0);
  if (size < 0 && errno == EAGAIN) {
    throw std::runtime_error("the server was silent for 20 seconds");
  }
  if (size <= 0) {
    error_ = size < 0 ? errno : 0;
    return false;
  }
  unread_.append(part.data(), static_cast<std::size_t>(size));
  return true;
}

std::optional<raw_answer> raw_client::receive(bool with_body) {
  std::size_t head_end = 0;
  while ((head_end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive_some()) {
      return std::nullopt;
    }
  }
  if (!unread_.starts_with("HTTP/1.1 ")) {
    throw std::runtime_error("not an HTTP answer: " + unread_);
  }
  raw_answer answer;
  const std::string head = unread_.substr(0, head_end + 2);
  unread_.erase(0, head_end + 4);
  answer.status = std::atoi(head.substr(head.find(' ')).c_str());
  for (auto at = head.find("\r\n") + 2; at < head.size(); at = head.find("\r\n", at) + 2) {
    const auto line = head.substr(at, head.find("\r\n", at) - at);
    auto name = line.substr(0, line.find(": "));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    answer.fields[name] = line.substr(line.find(": ") + 2);
  }
  const auto size = with_body ? std::stoul(answer.fields.at("content-length")) : 0;
  while (unread_.size() < size) {
    if (!receive_some()) {
      return std::nullopt;
    }
  }
  answer.body = unread_.substr(0, size);
  unread_.erase(0, size);
  return answer;
}

std::string raw_client::receive_rest() { return receive_rest(std::string::npos); }

std::string raw_client::receive_rest(std::size_t max) {
  while (unread_.size() < max && receive_some()) {
  }
  return std::exchange(unread_, {});
}

std::optional<raw_answer> raw_client::get(std::string_view target) {
  return send(get_request(target)) ? receive() : std::nullopt;
}

std::string get_request(std::string_view target, std::string_view fields) {
  return std::string("GET ")
      .append(target)
      .append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n")
      .append(fields)
      .append("\r\n");
}

}  // namespace midas::internal::test
