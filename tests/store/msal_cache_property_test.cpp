#include "store/msal_cache.hpp"
#include "tests/store/support/store_directory.hpp"
#include "tests/support/any_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/parsed_json.hpp"

#include <rapidcheck.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <string>
#include <vector>

namespace msal_cache_property_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

const cache_owner owner{.machine = "0123456789abcdef0123456789abcdef", .host_name = "vm7"};
constexpr std::chrono::sys_seconds now{std::chrono::seconds{1'700'000'200}};

// Names that midas looks for, so that they occur in every place, and others.
rc::Gen<std::string> any_name() {
  return rc::gen::oneOf(
      rc::gen::element<std::string>("AccessToken", "AppMetadata", "Midas", "tokens", "machine",
                                    "since", "secret", "target", "expires_on", "id_kind", "k", ""),
      rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~')));
}

std::string json_string(const std::string& text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return {buffer.GetString(), buffer.GetSize()};
}

rc::Gen<std::string> any_json(int depth) {
  const auto scalar = rc::gen::oneOf(
      rc::gen::element<std::string>("null", "true", "false", "0", "-1.50e+3",
                                    "123456789012345678901", "\"0123456789abcdef0123456789abcdef\"",
                                    "\"1700000000\"", "\"managed_identity\"", "\"localhost\""),
      rc::gen::map(any_name(), json_string));
  if (depth == 0) {
    return scalar;
  }
  const auto list = [](char open, char close) {
    return [open, close](const std::vector<std::string>& items) {
      std::string result{open};
      for (const auto& each : items) {
        result.append(result.size() == 1 ? "" : ", ").append(each);
      }
      return result + close;
    };
  };
  const auto member = rc::gen::map(rc::gen::pair(any_name(), any_json(depth - 1)),
                                   [](const std::pair<std::string, std::string>& both) {
                                     return json_string(both.first) + ": " + both.second;
                                   });
  return rc::gen::oneOf(
      scalar,
      rc::gen::map(rc::gen::container<std::vector<std::string>>(any_json(depth - 1)),
                   list('[', ']')),
      rc::gen::map(rc::gen::container<std::vector<std::string>>(member), list('{', '}')));
}

// Small containers: the number of values grows with their size to the power of the depth.
rc::Gen<std::string> any_cache() {
  constexpr int size = 5;
  constexpr int depth = 4;
  return rc::gen::resize(
      size, rc::gen::map(rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
                             rc::gen::pair(any_name(), any_json(depth))),
                         [](const std::vector<std::pair<std::string, std::string>>& members) {
                           std::string result = "{";
                           for (const auto& [name, value] : members) {
                             result.append(result.size() == 1 ? "" : ", ");
                             result.append(json_string(name)).append(": ").append(value);
                           }
                           return result + "}";
                         }));
}

std::optional<sensitive_string> changed(const std::string& text, const cache_change& change) {
  return change_msal_cache({text.begin(), text.end()}, change, owner);
}

bool is_of_midas(std::string_view name) {
  return name == "AccessToken" || name == "AppMetadata" || name == "Midas";
}

// The members of the outermost object that are not midas's, one after the other.
std::string other_members(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseNumbersAsStringsFlag>(text.c_str());
  RC_ASSERT(document.IsObject());
  std::string result;
  for (const auto& each : document.GetObject()) {
    const std::string name{each.name.GetString(), each.name.GetStringLength()};
    if (!is_of_midas(name)) {
      rapidjson::StringBuffer buffer;
      rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
      each.value.Accept(writer);
      result.append(json_string(name)).append(":").append(buffer.GetString()).append("\n");
    }
  }
  return result;
}

}  // namespace

TEST_CASE("any bytes are read without a crash, and a change accepts the same ones") {
  CHECK(rc::check([] {
    const auto text = *any_text();
    sensitive_string copy{text.begin(), text.end()};
    RC_ASSERT(read_msal_cache(copy, owner).has_value() == changed(text, {.now = now}).has_value());
  }));
}

TEST_CASE("any JSON object is a cache, and a save to it is read back") {
  CHECK(rc::check([] {
    const auto text = *any_cache();
    const auto token = a_token("https://vault.azure.net", "the-token");
    const auto after = changed(text, {.save = {&token, 1}, .now = now});
    RC_ASSERT(after.has_value());
    sensitive_string copy = *after;
    const auto tokens = read_msal_cache(copy, owner);
    RC_ASSERT(tokens.has_value());
    RC_ASSERT(std::ranges::count(resources_of(*tokens), "https://vault.azure.net") == 1);
  }));
}

TEST_CASE("whatever else is in a cache survives a change, in its order") {
  CHECK(rc::check([] {
    const auto text = *any_cache();
    const auto token = a_token("https://vault.azure.net", "the-token");
    const auto after = changed(text, {.save = {&token, 1}, .now = now});
    RC_ASSERT(after.has_value());
    RC_ASSERT(other_members({after->begin(), after->end()}) == other_members(text));
  }));
}

TEST_CASE("a second change of nothing changes nothing") {
  CHECK(rc::check([] {
    const auto once = changed(*any_cache(), {.now = now});
    RC_ASSERT(once.has_value());
    RC_ASSERT(changed({once->begin(), once->end()}, {.now = now}) == *once);
  }));
}

TEST_CASE("a truncated file is not a cache") {
  const auto token = a_token("https://vault.azure.net", "the-token");
  const auto whole = changed({}, {.save = {&token, 1}, .now = now});
  REQUIRE(whole);
  for (std::size_t size = 1; size < whole->size(); ++size) {
    sensitive_string part = whole->substr(0, size);
    REQUIRE_FALSE(read_msal_cache(part, owner));
  }
}

}  // namespace msal_cache_property_test
