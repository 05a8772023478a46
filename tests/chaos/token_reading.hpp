// Reads the claims of a simulated token.
#pragma once

#include "tests/chaos/history.hpp"

#include <string_view>

namespace midas::internal::chaos {

/// Returns claims without an id if the text is not a token or lacks a claim. Pure.
[[nodiscard]] token_facts read_token(std::string_view token);

}  // namespace midas::internal::chaos
