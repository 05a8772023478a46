// What `midas simulate` takes on the command line to make its host go wrong.
#pragma once

#include <midas/simulated_host_options.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}  // namespace CLI

namespace midas::internal::tools {

/// The faults that have options of their own.
struct common_faults {
  /// The status that requests are answered with, and how many of them: 0 to 1.
  std::optional<int> error{};
  double error_rate = 1;
  /// 503 from the start on.
  std::chrono::nanoseconds unavailable_for{0};
  /// 410 from the start on; after unavailable_for, if that is shorter.
  std::chrono::nanoseconds gone_for{0};
  /// Sent with each of these, in whole seconds, rounded up.
  std::optional<std::chrono::nanoseconds> retry_after{};
  /// How many connections are reset in place of an answer: 0 to 1.
  double reset_rate = 0;
};

struct fault_arguments {
  std::string rules_file{};
  common_faults common{};
};

/// --limit, --concurrency, --seed and --journal go to the options, the others to `arguments`. Both
/// must outlive the parsing.
void add_fault_options(CLI::App& command, simulated_host_options& options,
                       fault_arguments& arguments);

/// The rules of the file, if any, and then those of the options. Throws std::invalid_argument that
/// names the file when it cannot be read or is malformed.
std::string fault_rules_of(const fault_arguments& arguments);

/// The rules of a well-formed text, or of none, and behind them those that the faults are.
std::string with_common_faults(std::string_view rules, const common_faults& faults);

/// "20/s" or "20": how many a second; empty for anything else, and for more than a million.
std::optional<std::size_t> read_rate(std::string_view text);

}  // namespace midas::internal::tools
