// Maps midas's errors to the error classes of the cases.
#pragma once

#include <midas/error.hpp>

#include <string_view>

namespace midas::internal::conformance {

/// Whether the error belongs to that class of the cases.
bool is_of_class(const error& problem, std::string_view error_class);

}  // namespace midas::internal::conformance
