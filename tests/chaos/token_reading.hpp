// What a simulated token says of itself.
#pragma once

#include "tests/chaos/history.hpp"

#include <string_view>

namespace midas::internal::chaos {

/// Without an id when the text is no token, or does not say all of it. Pure.
[[nodiscard]] token_facts read_token(std::string_view token);

}  // namespace midas::internal::chaos
