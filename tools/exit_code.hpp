// How the program ends, for scripts.
#pragma once

#include <midas/error.hpp>

namespace midas::internal::tools {

enum exit_code : int {
  /// The job is done.
  success = 0,
  /// The job failed: no token, the host refused or did not answer, requests under load failed.
  failure = 1,
  /// Wrong usage or bad input; nothing was sent.
  bad_usage = 2,
  /// The time given ran out.
  timed_out = 3,
};

/// What an error means to a script.
inline exit_code exit_code_of(errc code) {
  switch (code) {
    case errc::invalid_resource:
    case errc::invalid_identity:
    case errc::invalid_endpoint:
    case errc::endpoint_not_allowed:
    case errc::invalid_timeout:
    case errc::identity_not_supported:
    case errc::invalid_configuration:
      return bad_usage;
    case errc::deadline_exceeded:
    case errc::request_timeout:
      return timed_out;
    default:
      return failure;
  }
}

/// The lines that every command's --help ends with.
constexpr const char* exit_codes_help =
    "Exit codes: 0 done; 1 failed (no token, the host refused or did not answer); 2 wrong usage "
    "or\n"
    "bad input, nothing was sent; 3 the time given ran out.";

}  // namespace midas::internal::tools
