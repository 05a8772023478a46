#include "tools/token/jwt_claims.hpp"

#include "messages/make_error.hpp"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace midas::internal::tools {

namespace {

std::optional<std::uint32_t> value_of(char c) noexcept {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto at = alphabet.find(c);
  return at == std::string_view::npos ? std::nullopt
                                      : std::optional{static_cast<std::uint32_t>(at)};
}

// RFC 4648's base64url, without padding as RFC 7515 has it.
std::optional<std::string> decode_base64url(std::string_view text) {
  if (text.size() % 4 == 1) {
    return std::nullopt;
  }
  std::string result;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto value = value_of(c);
    if (!value) {
      return std::nullopt;
    }
    bits = (bits << 6U | *value) & 0xffffU;
    count += 6;
    if (count >= 8) {
      count -= 8;
      result += static_cast<char>(bits >> count & 0xffU);
    }
  }
  return result;
}

using ascii_writer =
    rapidjson::PrettyWriter<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>>;

// Refuses what is nested deeper than any claim: the indentation of n levels is n * n characters.
class shallow_writer : public ascii_writer {
 public:
  explicit shallow_writer(rapidjson::StringBuffer& text) : ascii_writer(text) { SetIndent(' ', 2); }

  bool StartObject() { return enter() && ascii_writer::StartObject(); }
  bool StartArray() { return enter() && ascii_writer::StartArray(); }
  bool EndObject(rapidjson::SizeType count) { return leave() && ascii_writer::EndObject(count); }
  bool EndArray(rapidjson::SizeType count) { return leave() && ascii_writer::EndArray(count); }

 private:
  static constexpr unsigned deepest = 32;

  bool enter() noexcept { return ++depth_ <= deepest; }
  bool leave() noexcept {
    --depth_;
    return true;
  }

  unsigned depth_ = 0;
};

// Only an object has claims.
std::optional<std::string> reformatted_object(const std::string& json) {
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  rapidjson::StringBuffer text;
  shallow_writer writer{text};
  rapidjson::MemoryStream input{json.data(), json.size()};
  rapidjson::Reader reader;
  if (reader.Parse<flags>(input, writer).IsError() || text.GetSize() == 0 ||
      *text.GetString() != '{') {
    return std::nullopt;
  }
  return std::string{text.GetString(), text.GetSize()};
}

}  // namespace

expected<std::string> claims_of(std::string_view token) {
  const auto no_jwt = [](const std::string& why) {
    return fail(errc::invalid_response, "the token is no JSON Web Token that can be read: " + why,
                "Ask the service that the token is for what it means; to it alone it has to");
  };
  if (std::ranges::count(token, '.') != 2) {
    return no_jwt("it is not three parts with dots between");
  }
  const auto begin = token.find('.') + 1;
  const auto claims = decode_base64url(token.substr(begin, token.rfind('.') - begin));
  if (!claims) {
    return no_jwt("its second part is not base64url");
  }
  auto result = reformatted_object(*claims);
  if (!result) {
    return no_jwt("its second part is no JSON object");
  }
  return *std::move(result);
}

}  // namespace midas::internal::tools
