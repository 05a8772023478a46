// The proxy as a process: what systemd and signals ask of it, from its start to its end.
#pragma once

#include "proxy/lifecycle/service_manager.hpp"
#include "proxy/proxy_server.hpp"
#include "tools/proxy/proxy_arguments.hpp"
#include "tools/stop_signals.hpp"

#include <chrono>

namespace midas::internal::tools {

/// Reads the configuration again on SIGHUP, drains on SIGTERM and SIGINT, ends at once on a second
/// one, and tells systemd. One thread.
class proxy_process {
 public:
  /// `running` is the configuration with which `server` was made. All of them must outlive the
  /// process.
  proxy_process(proxy::proxy_server& server, const proxy_arguments& arguments,
                proxy::proxy_configuration running,
                const proxy::service_manager_settings& settings);

  /// Serves until a signal ends it. Returns the exit code.
  [[nodiscard]] int run(const stop_signals& signals);

 private:
  void announce() const;
  void reload();
  [[nodiscard]] int drain(const stop_signals& signals);
  void tend_watchdog();

  proxy::proxy_server& server_;
  const proxy_arguments& arguments_;
  proxy::proxy_configuration running_;
  bool has_sockets_;
  proxy::service_manager manager_;
  /// How long to wait for a signal at most; so often is the watchdog told.
  std::chrono::nanoseconds period_;
  bool has_watchdog_;
};

}  // namespace midas::internal::tools
