#include "tests/support/catch.hpp"
#include <midas/error.hpp>

#include <set>

using midas::errc;
using midas::is_transient;

TEST_CASE("exactly the errors that may pass by themselves are transient") {
  const std::set transient{errc::unreachable,       errc::connection_lost,
                           errc::request_timeout,   errc::invalid_http,
                           errc::throttled,         errc::service_unavailable,
                           errc::deadline_exceeded, errc::host_busy,
                           errc::actor_terminated,  errc::too_many_keys};
  for (int number = 0; number <= 30; ++number) {
    const auto code = static_cast<errc>(number);
    CAPTURE(to_string(code));
    CHECK(is_transient(code) == transient.contains(code));
  }
}
