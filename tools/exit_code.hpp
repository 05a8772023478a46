// The exit codes of the program.
#pragma once

#include <midas/error.hpp>

namespace midas::internal::tools {

enum exit_code : int {
  /// The command succeeded.
  success = 0,
  /// The command failed: no token, the host refused or did not answer, requests under load failed,
  /// or the token store cannot be used.
  failure = 1,
  /// Wrong usage or invalid input; nothing was sent.
  bad_usage = 2,
  /// The timeout expired.
  timed_out = 3,
  /// A threshold of `midas load` was not met.
  threshold_not_met = 4,
  /// The second result of `midas load --compare` is worse by more than the spread.
  is_worse = 5,
};

/// The exit code for a token service error.
inline exit_code exit_code_of(errc code) {
  switch (code) {
    case errc::invalid_resource:
    case errc::invalid_identity:
    case errc::invalid_claims:
    case errc::invalid_endpoint:
    case errc::endpoint_not_allowed:
    case errc::invalid_timeout:
    case errc::identity_not_supported:
    case errc::invalid_configuration:
      return bad_usage;
    case errc::deadline_exceeded:
    case errc::request_timeout:
    case errc::host_busy:
      return timed_out;
    default:
      return failure;
  }
}

/// The last lines of every command's --help.
constexpr const char* exit_codes_help =
    "Exit codes: 0 success; 1 failure (no token, or the host refused or did not answer);\n"
    "2 wrong usage or invalid input (nothing was sent); 3 timeout.";

}  // namespace midas::internal::tools
