// The options of `midas simulate` that inject faults.
#pragma once

#include "tools/simulate/recording.hpp"
#include <midas/simulated_host_options.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}  // namespace CLI

namespace midas::internal::tools {

/// The faults that have their own options. All others need a rules file.
struct common_faults {
  /// The status of responses to token requests, and the probability of such a response (0 to 1).
  std::optional<int> error{};
  double error_rate = 1;
  /// For this long after the start, all responses have status 503.
  std::chrono::nanoseconds unavailable_for{0};
  /// For this long after the start, all responses have status 410, except while unavailable_for
  /// applies.
  std::chrono::nanoseconds gone_for{0};
  /// The Retry-After header of all these responses, rounded up to whole seconds.
  std::optional<std::chrono::nanoseconds> retry_after{};
  /// The probability (0 to 1) that a connection is reset instead of a response.
  double reset_rate = 0;
};

struct fault_arguments {
  std::string rules_file{};
  common_faults common{};
  /// Empty: none.
  std::string scenario{};
  /// A report of `midas doctor --json`. Empty: none.
  std::string record_file{};
};

/// Adds --limit, --concurrency, --seed and --journal, which set members of `options`, and the other
/// fault options, which set members of `arguments`. Both must outlive the parsing.
void add_fault_options(CLI::App& command, simulated_host_options& options,
                       fault_arguments& arguments);

/// The recording in arguments.record_file; empty if none is given. Throws as fault_rules_of() does.
std::optional<recording> recording_of(const fault_arguments& arguments);

/// The rules of the file, if one is given, followed by those of the options, of the scenario and of
/// the recording. Throws
/// std::invalid_argument, which names the file, if the file is not readable or is malformed.
std::string fault_rules_of(const fault_arguments& arguments);

/// The rules of `rules`, which must be well-formed or empty, followed by those of `faults`.
std::string with_common_faults(std::string_view rules, const common_faults& faults);

/// Parses "20/s" or "20" as a rate per second. Empty for any other text and for more than a
/// million.
std::optional<std::size_t> read_rate(std::string_view text);

}  // namespace midas::internal::tools
