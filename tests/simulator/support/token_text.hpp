// Reading tokens and JSON the way a suspicious client would.
#pragma once

#include <rapidjson/document.h>

#include <string>
#include <string_view>

namespace midas::internal::test {

/// Fails the test when the text is no JSON object.
rapidjson::Document parse_object(std::string_view text);

/// The text member of that name; fails the test when there is none.
std::string text_of(const rapidjson::Value& object, const char* name);

/// Fails the test when a character is not of the alphabet.
std::string base64url_decode(std::string_view text);

struct decoded_token {
  rapidjson::Document header;
  rapidjson::Document payload;
  std::string signature;
};

/// Fails the test when the text is no JWT.
decoded_token decode_token(std::string_view text);

}  // namespace midas::internal::test
