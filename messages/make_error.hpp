// Functions that create errors.
#pragma once

#include "messages/plain_text.hpp"
#include <midas/error.hpp>

#include <string>
#include <utility>

namespace midas::internal {

/// `message` says what failed, on which input; `advice`, if not empty, what the reader can do. Both
/// may quote input of any kind: line breaks and other characters that do not print become '?'.
[[nodiscard]] inline error make_error(errc code, std::string message, std::string advice = {}) {
  error result;
  result.code = code;
  result.message = without_controls(std::move(message));
  result.advice = without_controls(std::move(advice));
  return result;
}

/// The same, as the result of a function that returns expected<T>.
[[nodiscard]] inline unexpected fail(errc code, std::string message, std::string advice = {}) {
  return unexpected{make_error(code, std::move(message), std::move(advice))};
}

}  // namespace midas::internal
