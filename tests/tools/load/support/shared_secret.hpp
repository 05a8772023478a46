// The secret of workers and their coordinator in tests.
#pragma once

#include <midas/secret.hpp>

#include <string_view>

namespace midas::internal::test {

inline const secret shared_secret{std::string_view{"a secret of some length"}};

}  // namespace midas::internal::test
