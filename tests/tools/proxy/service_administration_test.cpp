#include "tools/proxy/service_administration.hpp"

#include "tests/service/scripted_service.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;

TEST_CASE("an administrator lists the tokens of the service, and flushes those of one resource") {
  scripted_service service;
  for (std::size_t i = 0; i < 2; ++i) {
    outcomes results;
    service.tokens.get_async({.resource = "https://resource" + std::to_string(i)}, patience,
                             [&results](expected<access_token> result) { results.add(result); });
    service.grant(i);
    REQUIRE(results.wait_for(1).front());
  }
  int forgotten = 0;
  tools::service_administration administration{service.tokens,
                                               {.forget_refusals = [&forgotten] { ++forgotten; }}};
  CHECK(administration.keys().size() == 2);
  CHECK(administration.keys().front().refresh_in > 1h);
  CHECK(administration.flush({.resource = "https://resource1"}) == 1);
  CHECK(forgotten == 1);
  REQUIRE(administration.keys().size() == 1);
  CHECK(administration.keys().front().key.resource == "https://resource0");
  CHECK(administration.flush({}) == 1);
}
