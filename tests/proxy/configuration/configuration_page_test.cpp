// The page and the schema of the configuration say what the program reads.
#include "proxy/configuration/configuration_check.hpp"
#include "proxy/configuration/configuration_members.hpp"
#include "proxy/configuration/configuration_reader.hpp"
#include "tests/support/catch.hpp"

#include <rapidjson/document.h>
#include <rapidjson/schema.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

using namespace midas::internal::proxy;
using Catch::Matchers::Contains;

namespace {

std::string content_of(const char* path) {
  std::ifstream file{path};
  REQUIRE(file);
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string in_code(std::string_view text) {
  return text.empty() ? "" : "`" + std::string{text} + "`";
}

std::string row_of(const configuration_member& member) {
  return "| `" + std::string{member.name} + "` | " + std::string{member.type} + " | " +
         in_code(member.default_text) + " | " + range_text(member) + " | " +
         (member.reloads ? "yes" : "no") + " | " + std::string{member.meaning} + " |\n";
}

std::string sample() {
  const auto page = content_of(MIDAS_PROXY_PAGE);
  constexpr std::string_view start = "```json\n";
  const auto begin = page.find(start) + start.size();
  return page.substr(begin, page.find("```", begin) - begin);
}

bool satisfies_schema(const std::string& text) {
  rapidjson::Document schema_text;
  REQUIRE_FALSE(schema_text.Parse(content_of(MIDAS_PROXY_SCHEMA).c_str()).HasParseError());
  const rapidjson::SchemaDocument schema{schema_text};
  rapidjson::SchemaValidator validator{schema};
  rapidjson::Document document;
  REQUIRE_FALSE(document.Parse(text.c_str()).HasParseError());
  return document.Accept(validator);
}

}  // namespace

TEST_CASE("the page's table is that of the program") {
  std::string table;
  for (const auto& member : configuration_members()) {
    table += row_of(member);
  }
  const auto page = content_of(MIDAS_PROXY_PAGE);
  INFO("the table should be:\n" << table);
  CHECK(page.find("|---|---|---|---|---|---|\n" + table + "\n") != std::string::npos);
}

TEST_CASE("the page's sample is a configuration without problems") {
  const auto read = read_configuration(std::string_view{sample()});
  REQUIRE(read);
  CHECK(read->listeners.size() == 2);
  CHECK(check(*read).empty());
}

TEST_CASE("the schema has the members of the program, and no others") {
  rapidjson::Document schema;
  schema.Parse(content_of(MIDAS_PROXY_SCHEMA).c_str());
  REQUIRE(schema.IsObject());
  const auto& members = schema["properties"];
  CHECK(members.MemberCount() == configuration_members().size());
  for (const auto& each : configuration_members()) {
    const std::string name{each.name};
    INFO(name);
    REQUIRE(members.HasMember(name.c_str()));
    const auto& described = members[name.c_str()];
    CHECK(described["description"].GetString() == std::string{each.meaning});
    if (each.range.most != 0 && !each.is_duration) {
      CHECK(described["minimum"].GetInt64() == each.range.least);
      CHECK(described["maximum"].GetInt64() == each.range.most);
    }
  }
}

TEST_CASE("the schema accepts what the program accepts, and refuses types that it refuses") {
  CHECK(satisfies_schema(sample()));
  CHECK(satisfies_schema("{}"));
  CHECK(satisfies_schema(
      R"({"workers": 64, "upstream": "imds", "header_timeout": "1.5s", "allow_non_loopback": true})"));
  for (const std::string text :
       {R"({"unknown": 1})", R"({"workers": 65})", R"({"workers": "1"})", R"({"listeners": "x"})",
        R"({"header_timeout": 5})", R"({"header_timeout": "5"})", R"({"users": [{}]})",
        R"({"users": [{"uid": 1, "x": 1}]})", R"({"allowed_uids": [4294967295]})",
        R"({"tokens": {"resource": []}})", R"({"identity_header": "short"})"}) {
    INFO(text);
    CHECK_FALSE(satisfies_schema(text));
    CHECK_FALSE(read_configuration(std::string_view{text}));
  }
}
