#include "proxy/administration/admin_server.hpp"

#include "http/request_reader.hpp"
#include "proxy/access/peer.hpp"
#include "proxy/administration/admin_protocol.hpp"
#include "proxy/configuration/listen_address_text.hpp"
#include "proxy/server/socket_address.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace midas::internal::proxy {
namespace {

constexpr std::chrono::seconds time_for_request{5};
constexpr std::uint32_t max_head = 16'384;

[[noreturn]] void fail_at(const std::string& path, int error) {
  throw std::system_error{
      error, std::generic_category(),
      "the administrator's socket " + path +
          " cannot be made; choose another admin_path, in a directory that the user of the proxy "
          "may write, and that no other process uses"};
}

std::string_view text_of_status(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 422:
      return "Unprocessable Content";
    default:
      return "Bad Request";
  }
}

std::string text_of(const admin_reply& reply) {
  std::string result = "HTTP/1.1 " + std::to_string(reply.status) + " ";
  result.append(text_of_status(reply.status)).append("\r\nContent-Type: application/json\r\n");
  if (!reply.allow.empty()) {
    result.append("Allow: ").append(reply.allow).append("\r\n");
  }
  result.append("Content-Length: ").append(std::to_string(reply.body.size()));
  return result.append("\r\nConnection: close\r\n\r\n").append(reply.body);
}

void send_all(int connection, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

admin_server::admin_server(std::string path, administration& proxy)
    : path_(std::move(path)),
      proxy_(proxy),
      listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  listen();
  sigset_t all{};
  sigset_t earlier{};
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &earlier);
  try {
    thread_ = std::thread{[this] { run(); }};
  } catch (const std::system_error&) {
    ::pthread_sigmask(SIG_SETMASK, &earlier, nullptr);
    file_->remove();
    throw;
  }
  ::pthread_sigmask(SIG_SETMASK, &earlier, nullptr);
}

admin_server::~admin_server() {
  const std::uint64_t one = 1;
  static_cast<void>(::write(stop_.number(), &one, sizeof one) == sizeof one);
  thread_.join();
  file_->remove();
}

void admin_server::listen() {
  const auto address = check_socket_path(path_) ? address_of({.path = path_}) : std::nullopt;
  if (!address) {
    fail_at(path_, EINVAL);
  }
  if (const int error = free_socket_path(path_, *address)) {
    fail_at(path_, error);
  }
  // The file takes its mode from the socket, so that nobody else can connect in between.
  if (!listener_.is_open() || !stop_.is_open() || ::fchmod(listener_.number(), 0600) != 0 ||
      ::bind(listener_.number(), address->data(), address->size) != 0) {
    fail_at(path_, errno);
  }
  file_ = socket_file::made_at(path_);
  if (!file_ || !file_->set_mode(0600) || ::listen(listener_.number(), 8) != 0) {
    const int error = errno;
    ::unlink(path_.c_str());
    fail_at(path_, error);
  }
}

bool admin_server::wait_for(int input, int milliseconds) const {
  std::array<pollfd, 2> waits{{{.fd = input, .events = POLLIN, .revents = 0},
                               {.fd = stop_.number(), .events = POLLIN, .revents = 0}}};
  return ::poll(waits.data(), waits.size(), milliseconds) > 0 && waits[1].revents == 0;
}

void admin_server::run() {
  while (wait_for(listener_.number(), -1)) {
    const descriptor connection{::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (connection.is_open()) {
      try {
        serve(connection.number());
      } catch (...) {
        // Usually for lack of memory. The connection ends, and the next one is served.
      }
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
      // The connection stays in the queue until there is a descriptor.
      static_cast<void>(wait_for(-1, 100));
    }
  }
}

void admin_server::serve(int connection) {
  const timeval send_timeout{.tv_sec = time_for_request.count(), .tv_usec = 0};
  ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &send_timeout, sizeof send_timeout);
  client who{.connection = 1};
  identify(connection, who);
  const auto end = std::chrono::steady_clock::now() + time_for_request;
  http::request_reader reader{max_head, max_head};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !wait_for(connection, static_cast<int>(left.count()))) {
      return;
    }
    const auto space = reader.free_space();
    const auto size = ::recv(connection, space.data(), space.size(), MSG_DONTWAIT);
    if (size <= 0) {
      return;
    }
    reader.commit(static_cast<std::size_t>(size));
    boost::system::error_code error;
    if (!reader.read(error)) {
      continue;
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    send_all(connection,
             text_of(error ? malformed_admin_request()
                           : answer_admin(reader.view(), who, ::geteuid(), proxy_, now)));
    return;
  }
}

}  // namespace midas::internal::proxy
