#include "proxy/observation/brief_cache.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

using midas::internal::proxy::brief_cache;
using namespace std::chrono_literals;

TEST_CASE("a text is made again when it is old enough, and not before") {
  int made = 0;
  brief_cache cache{[&made] { return std::to_string(++made); }, 250ms};
  const brief_cache::clock::time_point begin{1h};
  CHECK(cache.at(begin) == "1");
  CHECK(cache.at(begin + 249ms) == "1");
  CHECK(cache.at(begin + 250ms) == "2");
  CHECK(cache.at(begin + 499ms) == "2");
  CHECK(made == 2);
}
