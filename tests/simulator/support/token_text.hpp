// Strict parsers for tokens and JSON.
#pragma once

#include <rapidjson/document.h>

#include <string>
#include <string_view>

namespace midas::internal::test {

/// Fails the test if the text is not a JSON object.
rapidjson::Document parse_object(std::string_view text);

/// The string member of that name. Fails the test if it is missing.
std::string text_of(const rapidjson::Value& object, const char* name);

/// Fails the test if a character is not in the alphabet.
std::string base64url_decode(std::string_view text);

struct decoded_token {
  rapidjson::Document header;
  rapidjson::Document payload;
  std::string signature;
};

/// Fails the test if the text is not a JWT.
decoded_token decode_token(std::string_view text);

}  // namespace midas::internal::test
