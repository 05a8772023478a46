#include "tools/load/workers/worker_arguments.hpp"

#include "messages/make_error.hpp"
#include "tools/load/settings.hpp"

#include <algorithm>
#include <array>

namespace midas::internal::tools {

namespace {

constexpr std::array<std::string_view, 26> options_for_workers{"target",
                                                               "host",
                                                               "latency",
                                                               "expires-in",
                                                               "max-in-flight",
                                                               "requests-per-second",
                                                               "allow-insecure-endpoint",
                                                               "as",
                                                               "callers",
                                                               "threads",
                                                               "timeout",
                                                               "resources",
                                                               "resource",
                                                               "force-refresh",
                                                               "fresh-keys",
                                                               "duration",
                                                               "warm-up",
                                                               "rate",
                                                               "stages",
                                                               "once",
                                                               "percentiles",
                                                               "client-id",
                                                               "object-id",
                                                               "resource-id",
                                                               "managed-identity",
                                                               "system-assigned"};

/// They concern the coordinator.
constexpr std::array<std::string_view, 9> own_options{"json",
                                                      "series-histograms",
                                                      "report",
                                                      "threshold",
                                                      "workers",
                                                      "worker-secret-file",
                                                      "allow-non-loopback",
                                                      "repeat",
                                                      "verbose"};

unexpected refused_option(std::string_view name) {
  return fail(errc::invalid_configuration,
              "a worker does not accept the option " + quoted_start(name),
              "Omit it, or run midas load on that machine");
}

}  // namespace

bool is_worker_option(std::string_view name) noexcept {
  return std::ranges::find(options_for_workers, name) != options_for_workers.end();
}

expected<void> check_worker_arguments(std::span<const std::string> arguments) {
  for (const std::string_view each : arguments) {
    const auto name = each.substr(0, each.find('='));
    if (!name.starts_with("--") || !is_worker_option(name.substr(2))) {
      return refused_option(name);
    }
  }
  return {};
}

expected<std::vector<std::string>> worker_arguments_of(const CLI::App& command) {
  std::vector<std::string> arguments;
  for (const auto& [name, values] : given_options(command)) {
    if (std::ranges::find(own_options, name) != own_options.end()) {
      continue;
    }
    if (!is_worker_option(name)) {
      return refused_option("--" + name);
    }
    if (values.empty()) {
      arguments.push_back("--" + name);
    }
    for (const auto& value : values) {
      arguments.emplace_back("--").append(name).append("=").append(value);
    }
  }
  return arguments;
}

}  // namespace midas::internal::tools
