#include "proxy/server/listening_socket.hpp"

#include "proxy/server/socket_address.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace midas::internal::proxy {
namespace {

/// The kernel reduces this to its maximum. A burst of clients may open ten thousand connections.
constexpr int backlog = 65'535;
constexpr mode_t socket_mode = 0666;

std::string_view remedy_for(int error, bool is_unix) noexcept {
  switch (error) {
    case EADDRINUSE:
      return is_unix ? "another process serves there; stop it, or choose another path"
                     : "another program listens there; choose another port, or 0 for a free one";
    case EACCES:
    case EPERM:
      return is_unix ? "the directory is not writable; choose another path, or change its owner"
                     : "ports below 1024 need CAP_NET_BIND_SERVICE; grant it, or choose another "
                       "port";
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return "this machine does not have the address; assign it to an interface first";
    case ENOENT:
    case ENOTDIR:
      return "the directory does not exist; create it first";
    case EEXIST:
      return "there is a file that is not a socket; remove it, or choose another path";
    default:
      return "the system refuses";
  }
}

std::string problem_at(const std::string& text, int error, bool is_unix) {
  return "cannot listen on " + text + ": " + std::string{remedy_for(error, is_unix)} + " (" +
         std::generic_category().message(error) + ")";
}

listening_socket failed(endpoint_state state, int error) {
  const bool is_unix = !state.where.path.empty();
  state.problem = problem_at(state.text, error, is_unix);
  return {descriptor{}, std::move(state)};
}

void check_reach(const socket_address& address, const std::string& text, bool allow_non_loopback) {
  if (address.storage.ss_family != AF_UNIX && !allow_non_loopback && !is_on_loopback(address)) {
    throw std::invalid_argument(
        "other machines can reach " + text +
        ", and could get tokens of this one there; listen on 127.0.0.1 or a Unix socket, or permit "
        "it with --allow-non-loopback");
  }
}

int bind_and_listen(int socket, const socket_address& address) {
  if (address.storage.ss_family != AF_UNIX) {
    // A restarted proxy gets its port even if old connections are still in TIME_WAIT.
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  }
  if (address.storage.ss_family == AF_INET6) {
    // "::" and "0.0.0.0" are two listeners.
    const int on = 1;
    ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
  }
  const bool works =
      ::bind(socket, address.data(), address.size) == 0 && ::listen(socket, backlog) == 0;
  return works ? 0 : errno;
}

std::optional<socket_file> made_at(const std::string& path) {
  auto result = path.empty() ? std::nullopt : socket_file::made_at(path);
  if (result) {
    // The umask has reduced the mode.
    static_cast<void>(result->set_mode(socket_mode));
  }
  return result;
}

int option_of(int socket, int name) noexcept {
  int value = 0;
  socklen_t size = sizeof(value);
  return ::getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

}  // namespace

listening_socket::listening_socket(descriptor socket, endpoint_state state,
                                   std::optional<socket_file> made)
    : socket_(std::move(socket)), state_(std::move(state)), made_(std::move(made)) {}

listening_socket::~listening_socket() { close(); }

void listening_socket::close() noexcept {
  remove_file();
  socket_ = descriptor{};
}

void listening_socket::remove_file() noexcept {
  if (const auto made = std::exchange(made_, std::nullopt); made && socket_.is_open()) {
    made->remove();
  }
}

listening_socket open_listener(const listen_address& where, bool allow_non_loopback) {
  const auto address = address_of(where);
  if (!address) {
    throw std::invalid_argument(
        where.path.empty()
            ? "'" + where.address + "' is not an IP address; use one such as 127.0.0.1 or ::1"
            : "the path " + where.path + " is too long for a Unix socket; use a shorter one");
  }
  endpoint_state state{.where = where, .text = endpoint_text(where)};
  check_reach(*address, state.text, allow_non_loopback);
  descriptor socket{
      ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!socket.is_open()) {
    return failed(std::move(state), errno);
  }
  if (const int error = where.path.empty() ? 0 : free_socket_path(where.path, *address)) {
    return failed(std::move(state), error);
  }
  if (const int error = bind_and_listen(socket.number(), *address)) {
    return failed(std::move(state), error);
  }
  auto made = made_at(where.path);
  if (where.path.empty()) {
    state.where = listen_address_of(local_address_of(socket.number()));
    state.text = endpoint_text(state.where);
  }
  return {std::move(socket), std::move(state), std::move(made)};
}

listening_socket adopt_listener(descriptor socket, bool allow_non_loopback) {
  const auto address = local_address_of(socket.number());
  const int family = address.storage.ss_family;
  if ((family != AF_UNIX && family != AF_INET && family != AF_INET6) ||
      option_of(socket.number(), SO_TYPE) != SOCK_STREAM ||
      option_of(socket.number(), SO_ACCEPTCONN) != 1) {
    throw std::invalid_argument(
        "the descriptor " + std::to_string(socket.number()) +
        " is not a listening stream socket; use ListenStream= in the socket unit");
  }
  endpoint_state state{.where = listen_address_of(address), .was_passed = true};
  state.text = endpoint_text(state.where);
  check_reach(address, state.text, allow_non_loopback);
  static_cast<void>(::fcntl(socket.number(), F_SETFD, FD_CLOEXEC));
  const int flags = ::fcntl(socket.number(), F_GETFL);
  static_cast<void>(::fcntl(socket.number(), F_SETFL, flags | O_NONBLOCK));
  return {std::move(socket), std::move(state)};
}

}  // namespace midas::internal::proxy
