// Functions that create errors.
#pragma once

#include "messages/plain_text.hpp"  // for what errors quote. IWYU pragma: export
#include <midas/error.hpp>

#include <string_view>

namespace midas::internal {

/// `message` says what failed, on which input; `advice`, if not empty, what the reader can do. Both
/// may quote input of any kind: line breaks and other characters that do not print become '?'.
[[nodiscard]] error make_error(errc code, std::string_view message, std::string_view advice = {});

/// The same, as the result of a function that returns expected<T>.
[[nodiscard]] unexpected fail(errc code, std::string_view message, std::string_view advice = {});

}  // namespace midas::internal
