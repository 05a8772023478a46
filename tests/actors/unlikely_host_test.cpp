// IMDS at its default address, on a machine that shows no sign of Azure.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

service_context unlikely_host() {
  auto endpoint = virtual_actors::endpoint();
  endpoint.is_unlikely = true;
  return service_context{std::move(endpoint)};
}

}  // namespace

TEST_CASE("that an unlikely host cannot be reached is final, and known within two seconds") {
  virtual_actors actors{unlikely_host()};
  const auto received = actors.ask("r", 1h);
  CHECK(actors.transport->request(0).connect_timeout <= 1s);
  actors.transport->complete(0, fail(errc::unreachable, "no route"));
  actors.run();
  REQUIRE(is_error(*received, errc::not_an_azure_host));
  CHECK((*received)[0].error().message == "this is not an Azure host: no route");
  actors.advance(1h);
  CHECK(actors.transport->started() == 1);
}

TEST_CASE("an unlikely host that answers is as good as any") {
  virtual_actors actors{unlikely_host()};
  const auto received = actors.ask("r", 1h);
  actors.refuse(0, 503);
  actors.advance(1s);
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*received, "token-1"));
}

TEST_CASE("a host that something names is asked again when it cannot be reached") {
  virtual_actors actors;
  const auto received = actors.ask("r", 1h);
  CHECK(actors.transport->request(0).connect_timeout > 1s);
  actors.transport->complete(0, fail(errc::unreachable, "refused"));
  actors.run();
  actors.advance(1s);
  CHECK(received->empty());
  CHECK(actors.transport->started() == 2);
}
