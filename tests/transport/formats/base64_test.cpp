#include "transport/formats/base64.hpp"

#include "tests/support/catch.hpp"

#include <optional>
#include <string>

using midas::internal::decode_base64;

TEST_CASE("base64 is decoded with and without padding") {
  const auto [text, decoded] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"Zg==", "f"},
      {"Zg", "f"},
      {"Zm8=", "fo"},
      {"Zm8", "fo"},
      {"Zm9v", "foo"},
      {"Zm9vYg==", "foob"},
      {"Zm9vYmE=", "fooba"},
      {"Zm9vYmFy", "foobar"},
  }));
  CHECK(decode_base64(text) == decoded);
}

TEST_CASE("both alphabets of base64 are decoded") {
  const std::string bytes = "\xfb\xef\xbe\xff\xff\xff";
  CHECK(decode_base64("++++////") == bytes);
  CHECK(decode_base64("----____") == bytes);
}

TEST_CASE("a text that is not base64 is not decoded") {
  const std::string text = GENERATE(as<std::string>{}, "Z", "Zm9vZ", "=",
                                    "==", "Zg=", "Zm9v=", "Zm9v====", "Z===", "Zg==Zg==", "Zm 9v",
                                    "Zm9v\n", "{}", "Z\0==");
  CHECK(decode_base64(text) == std::nullopt);
}
