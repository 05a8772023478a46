#include "store/machine_id.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temporary_file.hpp"

namespace machine_id_test {

using namespace midas;
using namespace midas::internal;
using midas::internal::test::temporary_file;

TEST_CASE("an id of 128 bits has 32 digits, hyphens or not") {
  const id128 expected{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                       0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
  CHECK(parse_id128("0123456789abcdef0123456789ABCDEF\n") == expected);
  CHECK(parse_id128("01234567-89ab-cdef-0123-456789abcdef") == expected);
  for (const auto* const text :
       {"", "\n", "uninitialized", "0123456789abcdef0123456789abcde",
        "0123456789abcdef0123456789abcdef0", "g123456789abcdef0123456789abcdef",
        "00000000000000000000000000000000"}) {
    INFO(text);
    CHECK_FALSE(parse_id128(text));
  }
}

TEST_CASE("the id of an application is systemd's") {
  const auto machine = parse_id128("c1e6b9a0d5f24d2f8b8f0a9a7b3c1d2e");
  const auto application = parse_id128("2a05b4be-0f6b-4bb2-9d66-3b2ef0a5e7c1");
  REQUIRE(machine);
  REQUIRE(application);
  CHECK(application_id(*machine, *application) == "a1952eecc7324f6198ad42b308d295bf");
}

TEST_CASE(
    "the first file with an id names the machine, and its text cannot be read from the result") {
  const temporary_file first{"uninitialized\n"};
  const temporary_file second{"0123456789abcdef0123456789abcdef\n"};
  const auto id = machine_of({first.path().c_str(), second.path().c_str(), "/nonexistent"});
  REQUIRE(id);
  CHECK(id->size() == 32);
  CHECK(*id != "0123456789abcdef0123456789abcdef");
  CHECK(*id == machine_of({"/nonexistent", "/nonexistent", second.path().c_str()}).value());
}

TEST_CASE("a machine without an id is an error that names the file") {
  const auto id = machine_of({"/nonexistent-id", "/nonexistent", "/"});
  REQUIRE_FALSE(id);
  CHECK(id.error().code == errc::store_failed);
  CHECK(id.error().message.find("/nonexistent-id") != std::string::npos);
  CHECK_FALSE(id.error().advice.empty());
}

}  // namespace machine_id_test
