#include "transport/formats/uuid.hpp"

#include "tests/support/catch.hpp"

#include <set>
#include <string>

using namespace midas;
using namespace midas::internal;

TEST_CASE("a UUID has its bytes, except for version and variant") {
  CHECK(uuid_of({}) == "00000000-0000-4000-8000-000000000000");
  std::array<unsigned char, 16> bytes{};
  bytes.fill(0xff);
  CHECK(uuid_of(bytes) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes.at(i) = static_cast<unsigned char>(0x10 + i);
  }
  CHECK(uuid_of(bytes) == "10111213-1415-4617-9819-1a1b1c1d1e1f");
}

TEST_CASE("random UUIDs have the form of version 4, and do not repeat") {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const auto uuid = random_uuid();
    REQUIRE(uuid.size() == 36);
    for (std::size_t at = 0; at < uuid.size(); ++at) {
      const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
      CHECK((uuid[at] == '-') == dash);
      CHECK(std::string{"-0123456789abcdef"}.find(uuid[at]) != std::string::npos);
    }
    CHECK(uuid[14] == '4');
    CHECK(std::string{"89ab"}.find(uuid[19]) != std::string::npos);
    seen.insert(uuid);
  }
  CHECK(seen.size() == 1'000);
}

TEST_CASE("every random bit of a UUID is used") {
  std::array<std::set<char>, 36> at_position;
  for (int i = 0; i < 1'000; ++i) {
    const auto uuid = random_uuid();
    for (std::size_t at = 0; at < uuid.size(); ++at) {
      at_position.at(at).insert(uuid[at]);
    }
  }
  for (std::size_t at = 0; at < at_position.size(); ++at) {
    const bool fixed = at == 8 || at == 13 || at == 14 || at == 18 || at == 23;
    CHECK(at_position.at(at).size() == (fixed ? 1U : at == 19 ? 4U : 16U));
  }
}
