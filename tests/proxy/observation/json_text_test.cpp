#include "proxy/observation/json_text.hpp"

#include "messages/plain_text.hpp"
#include "tests/support/any_text.hpp"
#include "tests/support/catch.hpp"

#include <rapidcheck.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <string>

using namespace midas::internal;
using namespace midas::internal::proxy;

namespace {

std::string json_of(std::string_view text) {
  std::string result;
  append_json_string(result, text);
  return result;
}

}  // namespace

TEST_CASE("texts are escaped to printable ASCII") {
  CHECK(json_of("plain") == R"("plain")");
  CHECK(json_of("a\"b\\c") == R"("a\"b\\c")");
  CHECK(json_of("\n\x7f") == R"("\u000a\u007f")");
  CHECK(json_of("\xe2\x80\xae\xc3\xa4") == R"("\u202e\u00e4")");
  CHECK(json_of("\xf0\x9f\x98\x80") == R"("\ud83d\ude00")");
  CHECK(json_of("\xff") == R"("\ufffd")");
}

TEST_CASE("any text is read back from its JSON") {
  const auto holds = rc::check([] {
    const auto text = *test::any_text();
    const auto json = json_of(text);
    RC_ASSERT(std::ranges::all_of(json, [](char c) { return c >= ' ' && c <= '~'; }));
    rapidjson::Document read;
    read.Parse(json.data(), json.size());
    RC_ASSERT(!read.HasParseError());
    RC_ASSERT((std::string{read.GetString(), read.GetStringLength()}) == well_formed(text));
  });
  CHECK(holds);
}
