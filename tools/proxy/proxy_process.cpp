#include "tools/proxy/proxy_process.hpp"

#include "proxy/observation/access_log.hpp"
#include "service/held_tokens.hpp"
#include "tools/command.hpp"
#include "tools/exit_code.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <future>
#include <string>
#include <system_error>
#include <utility>

namespace midas::internal::tools {

namespace {

using namespace std::chrono_literals;

constexpr const char* process_name = "midas proxy";

/// Workers answer within microseconds. One that takes this long does not serve its clients.
constexpr std::chrono::milliseconds worker_patience = 2s;

/// How often the end looks for a second signal.
constexpr std::chrono::milliseconds drain_step = 50ms;

void say(std::FILE* to, const std::string& line) {
  fmt::print(to, "{}\n", line);
  // Nobody may read it any more; the proxy serves all the same.
  (void)std::fflush(to);
}

std::string number_of(std::size_t count, const std::string& what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// On another thread, so that a second signal can end it; on this one if there is a limit on
/// threads.
std::future<bool> drain_beside(proxy::proxy_server& server, std::chrono::milliseconds timeout) {
  try {
    return std::async(std::launch::async, [&server, timeout] { return server.drain(timeout); });
  } catch (const std::system_error&) {
    std::promise<bool> drained;
    drained.set_value(server.drain(timeout));
    return drained.get_future();
  }
}

}  // namespace

std::FILE* stream_for_people(const proxy::proxy_configuration& configuration) {
  return configuration.access_log == "-" ? stderr : stdout;
}

proxy_process::proxy_process(proxy::proxy_server& server, const token_service& tokens,
                             const proxy_arguments& arguments, proxy::proxy_configuration running,
                             const proxy::service_manager_settings& settings,
                             proxy::access_log* log)
    : server_(server),
      tokens_(tokens),
      arguments_(arguments),
      has_sockets_(!settings.sockets.empty()),
      manager_(settings.notify_socket),
      log_(log),
      running_(std::move(running)),
      // systemd recommends half of the time.
      period_(settings.watchdog.value_or(1h) / 2),
      has_watchdog_(settings.watchdog.has_value()) {}

int proxy_process::run(const stop_signals& signals) {
  announce();
  for (;;) {
    const int signal = signals.wait_for(period_);
    if (signal == SIGHUP) {
      (void)reload();
    } else if (signal != 0) {
      return drain(signals);
    }
    tend_watchdog();
  }
}

void proxy_process::announce() const {
  // The administrator may reload during the drain; the service is stopping all the same.
  if (draining_) {
    return;
  }
  const auto& endpoints = server_.endpoints();
  const auto open = static_cast<std::size_t>(std::count_if(
      endpoints.begin(), endpoints.end(), [](const auto& each) { return each.problem.empty(); }));
  auto status = "serving on " + number_of(open, "address");
  if (open > 1) {
    status.insert(status.size() - 1, "e");
  }
  if (open < endpoints.size()) {
    status += fmt::format("; {} could not be bound", endpoints.size() - open);
  }
  manager_.ready(status);
}

proxy::configuration_result<std::vector<proxy::configuration_change>> proxy_process::reload() {
  const std::lock_guard lock{reload_lock_};
  if (!draining_) {
    manager_.reloading();
  }
  reopen_log();
  const auto read = read_proxy_configuration(arguments_, has_sockets_);
  if (!read) {
    for (const auto& problem : read.error()) {
      print_error(process_name, "the configuration stays as it was: " + to_string(problem));
    }
    announce();
    return tl::unexpected{read.error()};
  }
  auto changes = proxy::changes(running_, *read);
  auto* const people = stream_for_people(running_);
  for (const auto& change : changes) {
    say(people, fmt::format("{} {}", change.member,
                            change.needs_restart ? "has changed; restart the proxy to apply it"
                                                 : "has changed"));
  }
  running_ = proxy::reloaded(running_, *read);
  server_.reload(running_);
  say(people, "Configuration read.");
  announce();
  return changes;
}

void proxy_process::reopen_log() {
  if (log_ == nullptr) {
    return;
  }
  if (const auto reopened = log_->reopen(); !reopened) {
    print_error(process_name, reopened.error());
  }
}

void proxy_process::request_drain() { (void)::kill(::getpid(), SIGTERM); }

int proxy_process::drain(const stop_signals& signals) {
  const auto timeout = [this] {
    const std::lock_guard lock{reload_lock_};
    draining_ = true;
    return running_.drain_timeout;
  }();
  // The host is left to the requests that are waited for.
  stop_refreshes(tokens_);
  manager_.stopping("answering " + number_of(server_.waiting(), "request") + " in progress");
  auto drained = drain_beside(server_, timeout);
  while (drained.wait_for(0s) != std::future_status::ready) {
    const int signal = signals.wait_for(drain_step);
    if (signal != 0 && signal != SIGHUP) {
      server_.stop();
    }
    if (has_watchdog_) {
      manager_.watchdog();
    }
  }
  if (!drained.get()) {
    print_error(process_name, "ended before every request was answered");
    return failure;
  }
  return success;
}

void proxy_process::tend_watchdog() {
  if (has_watchdog_ && server_.responds(worker_patience)) {
    manager_.watchdog();
  }
}

}  // namespace midas::internal::tools
