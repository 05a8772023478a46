// The protocol between a service and systemd: sd_notify(3) and sd_listen_fds(3). Both are a few
// variables and one datagram, which systemd documents for reimplementation, so that the program
// does not depend on libsystemd.
#pragma once

#include <midas/environment_variable.hpp>
#include <midas/error.hpp>

#include <sys/types.h>

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::proxy {

/// A socket that the service manager has opened and passes on.
struct inherited_socket {
  int descriptor = -1;
  /// From LISTEN_FDNAMES; empty without a name.
  std::string name{};

  bool operator==(const inherited_socket&) const = default;
};

/// The variables that service_manager_settings::read() looks for.
inline constexpr std::array<const char*, 6> service_manager_variables{
    "NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_PID", "WATCHDOG_USEC"};

/// What the service manager says in the environment of the process with the id `self`. Sockets and
/// the watchdog are those of another process if LISTEN_PID or WATCHDOG_PID differs. Fails with
/// errc::invalid_configuration if LISTEN_FDS or WATCHDOG_USEC is not a number in its range.
struct service_manager_settings {
  std::vector<inherited_socket> sockets{};
  /// Within which time the manager expects the next watchdog notification; empty: it expects none.
  std::optional<std::chrono::microseconds> watchdog{};
  /// The socket for notifications: a path, or "@" and an abstract name; empty: none.
  std::string notify_socket{};

  [[nodiscard]] static expected<service_manager_settings> read(
      std::span<const environment_variable> environment, pid_t self);
};

/// Checks that each descriptor is a listening stream socket, and lets no program inherit it that
/// this process starts. Fails with errc::invalid_configuration, which names the descriptor.
[[nodiscard]] expected<void> adopt(std::span<const inherited_socket> sockets);

/// Sends notifications. Without a socket, or if the manager does not receive, nothing happens. Any
/// thread; never waits.
class service_manager {
 public:
  explicit service_manager(std::string notify_socket) : socket_(std::move(notify_socket)) {}

  /// The service answers clients. `status` is a line for `systemctl status`.
  void ready(std::string_view status) const;
  /// A reload has begun. Call ready() when it is done.
  void reloading() const;
  void stopping(std::string_view status) const;
  /// The service is alive; see service_manager_settings::watchdog.
  void watchdog() const;

 private:
  void send(const std::string& text) const;

  std::string socket_;
};

}  // namespace midas::internal::proxy
