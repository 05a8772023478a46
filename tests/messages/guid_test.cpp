#include "messages/guid.hpp"

#include "tests/support/catch.hpp"

using namespace midas::internal;

TEST_CASE("a GUID has five groups of hexadecimal digits, in any case") {
  CHECK(is_guid("6a5e3c1b-0000-1111-2222-333344445555"));
  CHECK(is_guid("ABCDEFAB-CDEF-abcd-efab-0123456789af"));
  for (const auto* other :
       {"", "6a5e3c1b-0000-1111-2222-33334444555", "6a5e3c1b-0000-1111-2222-3333444455556",
        "{6a5e3c1b-0000-1111-2222-333344445555}", "6a5e3c1b-0000-1111-2222-33334444555g",
        "6a5e3c1b0-000-1111-2222-333344445555", "6a5e3c1b-0000-1111-2222_333344445555"}) {
    INFO(other);
    CHECK_FALSE(is_guid(other));
  }
}
