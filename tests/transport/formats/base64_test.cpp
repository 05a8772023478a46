#include "transport/formats/base64.hpp"

#include "tests/support/catch.hpp"

#include <cstddef>
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

TEST_CASE("every character of base64 has its value") {
  const auto decoded =
      decode_base64("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  REQUIRE(decoded);
  std::string values;
  for (std::size_t i = 0; i < decoded->size(); i += 3) {
    const auto byte = [&](std::size_t at) {
      return static_cast<unsigned char>((*decoded)[i + at]);
    };
    values += static_cast<char>(byte(0) >> 2);
    values += static_cast<char>((byte(0) & 3) << 4 | byte(1) >> 4);
    values += static_cast<char>((byte(1) & 15) << 2 | byte(2) >> 6);
    values += static_cast<char>(byte(2) & 63);
  }
  REQUIRE(values.size() == 64);
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(static_cast<std::size_t>(values[i]) == i);
  }
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
