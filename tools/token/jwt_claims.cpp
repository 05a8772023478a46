#include "tools/token/jwt_claims.hpp"

#include "messages/make_error.hpp"
#include "transport/formats/base64.hpp"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <optional>

namespace midas::internal::tools {

namespace {

using ascii_writer =
    rapidjson::PrettyWriter<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>>;

// Limits the nesting: the indentation of n levels takes n * n characters.
class shallow_writer : public ascii_writer {
 public:
  explicit shallow_writer(rapidjson::StringBuffer& text) : ascii_writer(text) { SetIndent(' ', 2); }

  bool StartObject() { return enter() && ascii_writer::StartObject(); }
  bool StartArray() { return enter() && ascii_writer::StartArray(); }
  bool EndObject(rapidjson::SizeType count) { return leave() && ascii_writer::EndObject(count); }
  bool EndArray(rapidjson::SizeType count) { return leave() && ascii_writer::EndArray(count); }

 private:
  static constexpr unsigned max_depth = 32;

  bool enter() noexcept { return ++depth_ <= max_depth; }
  bool leave() noexcept {
    --depth_;
    return true;
  }

  unsigned depth_ = 0;
};

// Empty if `json` is not a valid JSON object.
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
  const auto not_a_jwt = [](const std::string& why) {
    return fail(
        errc::invalid_response, "the token is not a readable JSON Web Token: " + why,
        "Do not depend on the format of the token; only the service that it is for must read it");
  };
  if (std::ranges::count(token, '.') != 2) {
    return not_a_jwt("it does not have three parts separated by dots");
  }
  const auto begin = token.find('.') + 1;
  const auto claims = decode_base64url(token.substr(begin, token.rfind('.') - begin));
  if (!claims) {
    return not_a_jwt("its second part is not base64url");
  }
  auto result = reformatted_object(*claims);
  if (!result) {
    return not_a_jwt("its second part is not a JSON object");
  }
  return *std::move(result);
}

}  // namespace midas::internal::tools
