#include "proxy/client.hpp"

#include "tests/support/catch.hpp"

using namespace midas::internal::proxy;

TEST_CASE("all connections of one user have one share and one lane") {
  const client first{.connection = 1, .uid = 1000};
  const client second{.connection = 2, .uid = 1000};
  CHECK(share_of(first) == share_of(second));
  CHECK(lane_of(first) == lane_of(second));
}

TEST_CASE("connections of unknown users have a share and a lane each, apart from all users") {
  const client first{.connection = 1};
  const client second{.connection = 2};
  const client user{.connection = 3, .uid = 1};
  CHECK(share_of(first) != share_of(second));
  CHECK(lane_of(first) != lane_of(second));
  CHECK(share_of(first) != share_of(user));
  CHECK(lane_of(first) != lane_of(user));
}

TEST_CASE("no client has the lane of the proxy itself") {
  CHECK(lane_of(client{.connection = 0, .uid = 0}) != 0);
  CHECK(lane_of(client{.connection = 0}) != 0);
}
