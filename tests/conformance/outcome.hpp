// What a case says of the answers to its callers.
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

/// What came of one step of a case.
struct step_result {
  std::vector<expected<access_token>> answers;
  /// How many requests the host heard.
  std::size_t requests = 0;
  /// How many tokens are held now.
  std::size_t held = 0;
  std::chrono::milliseconds elapsed{0};
};

/// Whether the outcome that the case states has a failure in it.
bool is_failure(const json& outcome);

/// What is not as stated, a line each. `known_text` is what the host and the environment said: a
/// text that is not from there is the origin library's own, and not asked of midas.
std::vector<std::string> differences(const step_result& result, const json& outcome,
                                     const std::string& known_text, const template_values& values);

/// The same for an error alone.
std::vector<std::string> differences(const error& problem, const json& outcome,
                                     const std::string& known_text);

}  // namespace midas::internal::conformance
