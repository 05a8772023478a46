// The conformance cases that midas does not do, and why: the table in docs/compatibility.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace midas::test {

/// By the ids of the cases.
const std::map<std::string, std::string>& reasons_for_refusing();

/// Nothing for a case that has to pass.
std::optional<std::string> reason_for_refusing(std::string_view id);

}  // namespace midas::test
