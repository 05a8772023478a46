// Plays back a report of `midas doctor --json`: turns the exchanges that it recorded into fault
// rules.
#pragma once

#include <midas/identity_host.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace midas::internal::tools {

struct recording {
  /// The host that the report is about; empty if none was detected.
  std::optional<identity_host> host{};
  /// See simulated_host_options::knows_imds_v2.
  bool knows_imds_v2 = true;
  /// A rules file with a rule for each recorded exchange, in their order; the last one answers all
  /// further requests, too. An answer with a token is the simulated host's own, with the recorded
  /// latency. Other bodies have the recorded kind, size and members, with made-up values, except
  /// for the error code and description that the report quotes.
  std::string rules{};
};

/// Reads the text of a report. Throws std::invalid_argument if it is not one, or has no exchange;
/// what() says what is missing.
[[nodiscard]] recording read_recording(std::string_view report);

}  // namespace midas::internal::tools
