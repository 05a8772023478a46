// Composes texts of several parts.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace midas::internal {

/// The parts, one after another. For texts that are rarely needed, such as those of errors: takes a
/// third of the code that a chain of operator+ takes.
std::string concat(std::initializer_list<std::string_view> parts);

}  // namespace midas::internal
