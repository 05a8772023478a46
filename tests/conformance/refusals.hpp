// The conformance cases that midas does not do, and why: the table in docs/compatibility.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace midas::test {

/// Nothing for a case that has to pass.
std::optional<std::string> reason_for_refusing(std::string_view id);

}  // namespace midas::test
