// The proxy as a process: what systemd and signals ask of it, from its start to its end.
#pragma once

#include "proxy/configuration/configuration_change.hpp"
#include "proxy/configuration/configuration_problem.hpp"
#include "proxy/lifecycle/service_manager.hpp"
#include "proxy/proxy_server.hpp"
#include "tools/proxy/proxy_arguments.hpp"
#include "tools/stop_signals.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <vector>

namespace midas::internal::proxy {
class access_log;
}  // namespace midas::internal::proxy

namespace midas::internal::tools {

/// Where the lines for people go: standard output, or standard error if the access log, which has
/// nothing but JSON, is on standard output.
[[nodiscard]] std::FILE* stream_for_people(const proxy::proxy_configuration& configuration);

/// Reads the configuration again on SIGHUP, drains on SIGTERM and SIGINT, ends at once on a second
/// one, and tells systemd.
class proxy_process {
 public:
  /// `tokens` backs `server`, and `running` is the configuration with which that was made. `log`
  /// may be null. All of them must outlive the process.
  proxy_process(proxy::proxy_server& server, const token_service& tokens,
                const proxy_arguments& arguments, proxy::proxy_configuration running,
                const proxy::service_manager_settings& settings, proxy::access_log* log);

  /// Serves until a signal ends it. Returns the exit code.
  [[nodiscard]] int run(const stop_signals& signals);

  /// What SIGHUP does: reads the configuration again, keeps the old one if it is wrong, opens the
  /// access log again, and prints what has changed. Any thread.
  proxy::configuration_result<std::vector<proxy::configuration_change>> reload();

  /// What SIGTERM does. Does not wait. Any thread.
  static void request_drain();

  /// Clients are accepted. Any thread.
  [[nodiscard]] bool is_serving() const noexcept { return !draining_.load(); }

 private:
  void announce() const;
  void reopen_log();
  [[nodiscard]] int drain(const stop_signals& signals);
  void tend_watchdog();

  proxy::proxy_server& server_;
  const token_service& tokens_;
  const proxy_arguments& arguments_;
  bool has_sockets_;
  proxy::service_manager manager_;
  proxy::access_log* log_;
  std::mutex reload_lock_;
  proxy::proxy_configuration running_;
  std::atomic<bool> draining_{false};
  /// How long to wait for a signal at most; so often is the watchdog told.
  std::chrono::nanoseconds period_;
  bool has_watchdog_;
};

}  // namespace midas::internal::tools
