#include "tests/simulator/support/token_text.hpp"

#include "tests/support/catch.hpp"

#include <cstdint>

namespace midas::internal::test {

rapidjson::Document parse_object(std::string_view text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  INFO(text);
  REQUIRE_FALSE(document.HasParseError());
  REQUIRE(document.IsObject());
  return document;
}

std::string text_of(const rapidjson::Value& object, const char* name) {
  INFO(name);
  REQUIRE(object.HasMember(name));
  REQUIRE(object[name].IsString());
  return {object[name].GetString(), object[name].GetStringLength()};
}

std::string base64url_decode(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) {
      FAIL("'" << c << "' is not a character of base64url");
    }
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count & 0xff));
    }
  }
  return bytes;
}

decoded_token decode_token(std::string_view text) {
  const auto first = text.find('.');
  REQUIRE(first != std::string_view::npos);
  const auto second = text.find('.', first + 1);
  REQUIRE(second != std::string_view::npos);
  REQUIRE(text.find('.', second + 1) == std::string_view::npos);
  return {parse_object(base64url_decode(text.substr(0, first))),
          parse_object(base64url_decode(text.substr(first + 1, second - first - 1))),
          base64url_decode(text.substr(second + 1))};
}

}  // namespace midas::internal::test
