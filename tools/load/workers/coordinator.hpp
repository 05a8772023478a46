// The coordinator of a load run on several machines.
#pragma once

#include "proxy/configuration/proxy_configuration.hpp"
#include "tools/load/document/load_document.hpp"
#include "tools/load/workers/worker_limits.hpp"
#include <midas/error.hpp>
#include <midas/secret.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace midas::internal::tools {

/// Starts a thread that runs the function. Throws std::system_error if the system has no more.
using thread_starter = std::function<std::jthread(std::function<void()>)>;

struct coordinator_options {
  /// At most worker_limits::max_workers.
  std::vector<proxy::listen_address> workers{};
  secret shared{};
  /// That of midas.
  std::string version{};
  /// See worker_arguments_of().
  std::vector<std::string> arguments{};
  std::chrono::milliseconds max_silence = worker_limits::max_silence;
  /// For tests.
  thread_starter start_thread = [](std::function<void()> run) {
    return std::jthread{std::move(run)};
  };
};

/// Parses "10.0.0.1:7000,10.0.0.2:7000". Fails with errc::invalid_configuration, which names the
/// address; each may be there once.
[[nodiscard]] expected<std::vector<proxy::listen_address>> parse_workers(std::string_view text);

/// Lets all workers run at the same time, and returns their documents in the order of the workers.
/// Fails if one of them cannot be reached, refuses, has another version, ends early or is silent
/// for too long: the error names the worker, and the other runs end. Fails with errc::not_started
/// if there can be no thread for each worker. Blocks until then.
[[nodiscard]] expected<std::vector<load_document>> run_on_workers(
    const coordinator_options& options);

}  // namespace midas::internal::tools
