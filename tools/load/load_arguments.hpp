// The command-line options of `midas load`.
#pragma once

#include "tools/load/arrival_schedule.hpp"
#include "tools/load/thresholds.hpp"
#include "tools/request_arguments.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace midas::internal::tools {

struct load_arguments {
  /// The identity, the kind of host, and what concerns the connection to it. Of these options,
  /// `resource` is the first resource.
  request_arguments request;
  /// A URL, "environment", or empty for a simulator in this process.
  std::string target;
  std::string as = "actors";
  std::size_t callers = 10'000;
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::size_t resources = 1;
  std::chrono::nanoseconds duration = std::chrono::seconds{5};
  std::chrono::nanoseconds warm_up{0};
  /// Requests per second; 0 for a closed model.
  double rate = 0;
  std::vector<load_stage> stages;
  bool once = false;
  bool force_refresh = false;
  bool fresh_keys = false;

  // The simulator in this process.
  std::chrono::nanoseconds latency = std::chrono::milliseconds{50};
  std::chrono::nanoseconds expires_in = std::chrono::hours{24};
  std::string faults_file;

  std::optional<std::size_t> max_in_flight;
  std::optional<std::size_t> requests_per_second;

  /// Empty: those that the table shows by default.
  std::vector<double> percentiles;
  std::vector<threshold> thresholds;
  bool json = false;
  bool series_histograms = false;
  std::string hdr_file;
  std::string csv_file;
};

/// Adds an option for each member. `arguments` must outlive `command`.
void add_load_options(CLI::App& command, load_arguments& arguments);

/// The schedule of --stages or --rate; empty for a closed model.
[[nodiscard]] std::optional<arrival_schedule> schedule_of(const load_arguments& arguments);
/// The same for --warm-up: the first rate of that schedule.
[[nodiscard]] std::optional<arrival_schedule> warm_up_schedule_of(const load_arguments& arguments);

}  // namespace midas::internal::tools
