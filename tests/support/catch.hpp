// Catch2, of version 2 or 3: tests include this header, and no header of Catch2. It defines what
// version 3 has under other names as version 2 has it.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

#ifdef CATCH_CONFIG_RUNNER
#include <catch2/catch_session.hpp>
#endif

namespace Catch::Matchers {

/// In version 3, the matcher of this name is one for ranges, in a header of its own.
inline auto Contains(const std::string& part) { return ContainsSubstring(part); }

}  // namespace Catch::Matchers

// Version 2 has the matchers in both namespaces, and Approx in none.
namespace Catch {
using namespace Matchers;  // NOLINT(google-build-using-namespace): as in version 2
}  // namespace Catch
using Catch::Approx;  // NOLINT(google-global-names-in-headers): as in version 2
#else
#include <catch2/catch.hpp>
#endif
