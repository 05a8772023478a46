// How errors are made.
#pragma once

#include <midas/error.hpp>

#include <string>
#include <utility>

namespace midas::internal {

/// An error that says what happened and, if `advice` is not empty, what to do about it.
[[nodiscard]] inline error make_error(errc code, std::string message, std::string advice = {}) {
  error result;
  result.code = code;
  result.message = std::move(message);
  result.advice = std::move(advice);
  return result;
}

/// The same as the failure of a function that returns expected<T>.
[[nodiscard]] inline unexpected fail(errc code, std::string message, std::string advice = {}) {
  return unexpected{make_error(code, std::move(message), std::move(advice))};
}

}  // namespace midas::internal
