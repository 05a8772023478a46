// Compares the answers to the callers with the outcome that a case states.
#pragma once

#include "tests/conformance/templates.hpp"
#include "tests/conformance/vector_file.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace midas::internal::conformance {

/// The result of one step of a case.
struct step_result {
  std::vector<expected<access_token>> answers;
  /// The number of requests that the host received.
  std::size_t requests = 0;
  /// The number of tokens in memory after the step.
  std::size_t held = 0;
  std::chrono::milliseconds elapsed{0};
};

/// Whether the outcome states a failure.
bool is_failure(const json& outcome);

/// The differences from the outcome, a line each. `known_text` is the text that the host and the
/// environment contain: an expected text that is not in it is the origin library's own, and midas
/// need not repeat it.
std::vector<std::string> differences(const step_result& result, const json& outcome,
                                     const std::string& known_text, const template_values& values);

/// The same for one error.
std::vector<std::string> differences(const error& problem, const json& outcome,
                                     const std::string& known_text);

}  // namespace midas::internal::conformance
