// midas's errors in the words of the cases.
#pragma once

#include <midas/error.hpp>

#include <string_view>

namespace midas::internal::conformance {

/// Whether an error is of that class, as the cases call it.
bool is_of_class(const error& problem, std::string_view error_class);

}  // namespace midas::internal::conformance
