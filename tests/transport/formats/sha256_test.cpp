#include "transport/formats/sha256.hpp"

#include "tests/support/catch.hpp"

using namespace midas;
using namespace midas::internal;

TEST_CASE("a SHA-256 is 64 hexadecimal digits in lower case") {
  // The first two are from FIPS 180-2, the last one from MSAL's tests.
  const auto [text, digest] = GENERATE(table<std::string, std::string>({
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"test_token", "cc0af97287543b65da2c7e1476426021826cab166f1e063ed012b855ff819656"},
  }));
  CHECK(sha256_hex(text) == digest);
}
