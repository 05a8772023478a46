#include "proxy/lifecycle/service_manager.hpp"

#include "messages/make_error.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>

namespace midas::internal::proxy {

namespace {

/// SD_LISTEN_FDS_START: where the passed descriptors begin.
constexpr int first_descriptor = 3;
/// More than a service manager passes, and fewer than any limit on open files.
constexpr int max_sockets = 256;

std::string_view value_of(std::span<const environment_variable> environment,
                          std::string_view name) {
  // If a name occurs twice, the last value applies, as in token_service_options::environment.
  const auto found = std::find_if(environment.rbegin(), environment.rend(),
                                  [name](const auto& each) { return each.name == name; });
  return found == environment.rend() ? std::string_view{} : std::string_view{found->value};
}

expected<std::int64_t> number_in(std::string_view name, std::string_view text, std::int64_t max) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size() || number < 0 || number > max) {
    return fail(errc::invalid_configuration,
                "the environment variable " + std::string{name} + " is not a number from 0 to " +
                    std::to_string(max),
                "Let the service manager set it, or unset it.");
  }
  return number;
}

/// True if the variables that `name` belongs to are for this process.
expected<bool> is_for(std::span<const environment_variable> environment, std::string_view name,
                      pid_t self, bool if_absent) {
  const auto text = value_of(environment, name);
  if (text.empty()) {
    return if_absent;
  }
  const auto pid = number_in(name, text, std::int64_t{1} << 31U);
  if (!pid) {
    return unexpected{pid.error()};
  }
  return *pid == self;
}

std::vector<inherited_socket> named(std::int64_t count, std::string_view names) {
  std::vector<inherited_socket> sockets;
  for (int i = 0; i < static_cast<int>(count); ++i) {
    const auto end = names.find(':');
    sockets.push_back(
        {.descriptor = first_descriptor + i, .name = std::string{names.substr(0, end)}});
    names = end == std::string_view::npos ? std::string_view{} : names.substr(end + 1);
  }
  return sockets;
}

error unusable(const inherited_socket& socket, const std::string& what) {
  return make_error(errc::invalid_configuration,
                    "descriptor " + std::to_string(socket.descriptor) +
                        (socket.name.empty() ? "" : " (" + socket.name + ")") +
                        ", which LISTEN_FDS passes on, " + what,
                    "Pass on listening stream sockets: ListenStream= in a socket unit.");
}

int socket_option(int descriptor, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

std::string microseconds_since_boot() {
  timespec now{};
  (void)::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000);
}

/// A line break would begin another assignment.
std::string one_line(std::string_view text) {
  std::string line{text};
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

}  // namespace

expected<service_manager_settings> service_manager_settings::read(
    std::span<const environment_variable> environment, pid_t self) {
  service_manager_settings settings;
  settings.notify_socket = value_of(environment, "NOTIFY_SOCKET");
  const auto has_sockets = is_for(environment, "LISTEN_PID", self, false);
  const auto has_watchdog = is_for(environment, "WATCHDOG_PID", self, true);
  if (!has_sockets || !has_watchdog) {
    return unexpected{has_sockets ? has_watchdog.error() : has_sockets.error()};
  }
  const auto count = value_of(environment, "LISTEN_FDS");
  if (*has_sockets && !count.empty()) {
    const auto sockets = number_in("LISTEN_FDS", count, max_sockets);
    if (!sockets) {
      return unexpected{sockets.error()};
    }
    settings.sockets = named(*sockets, value_of(environment, "LISTEN_FDNAMES"));
  }
  const auto period = value_of(environment, "WATCHDOG_USEC");
  if (*has_watchdog && !period.empty()) {
    constexpr std::int64_t year = std::int64_t{365} * 24 * 3600 * 1'000'000;
    const auto microseconds = number_in("WATCHDOG_USEC", period, year);
    if (!microseconds) {
      return unexpected{microseconds.error()};
    }
    if (*microseconds > 0) {
      settings.watchdog = std::chrono::microseconds{*microseconds};
    }
  }
  return settings;
}

expected<void> adopt(std::span<const inherited_socket> sockets) {
  for (const auto& socket : sockets) {
    const int flags = ::fcntl(socket.descriptor, F_GETFD);
    if (flags < 0) {
      return unexpected{unusable(socket, "is not open")};
    }
    if (socket_option(socket.descriptor, SO_TYPE) != SOCK_STREAM ||
        socket_option(socket.descriptor, SO_ACCEPTCONN) != 1) {
      return unexpected{unusable(socket, "is not a listening stream socket")};
    }
    (void)::fcntl(socket.descriptor, F_SETFD, flags | FD_CLOEXEC);
  }
  return {};
}

void service_manager::ready(std::string_view status) const {
  send("READY=1\nSTATUS=" + one_line(status));
}

void service_manager::reloading() const {
  send("RELOADING=1\nMONOTONIC_USEC=" + microseconds_since_boot());
}

void service_manager::stopping(std::string_view status) const {
  send("STOPPING=1\nSTATUS=" + one_line(status));
}

void service_manager::watchdog() const { send("WATCHDOG=1"); }

void service_manager::send(const std::string& text) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.size() < 2 || socket_.size() >= sizeof address.sun_path ||
      (socket_.front() != '/' && socket_.front() != '@')) {
    return;
  }
  socket_.copy(static_cast<char*>(address.sun_path), socket_.size());
  if (socket_.front() == '@') {
    address.sun_path[0] = '\0';
  }
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) {
    return;
  }
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  (void)::sendto(descriptor, text.data(), text.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), size);
  (void)::close(descriptor);
}

}  // namespace midas::internal::proxy
