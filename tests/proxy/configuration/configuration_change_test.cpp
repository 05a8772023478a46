#include "proxy/configuration/configuration_change.hpp"

#include "proxy/configuration/configuration_fields.hpp"
#include "proxy/configuration/configuration_members.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace midas;
using namespace midas::internal::proxy;
using namespace std::chrono_literals;

namespace {

proxy_configuration different() {
  proxy_configuration result;
  result.listeners = {{.address = "127.0.0.1", .port = 1}};
  result.allow_non_loopback = true;
  result.upstream = "imds";
  result.identity_header = secret{std::string_view{"0123456789abcdef"}};
  result.allowed_uids.emplace();
  result.tokens.resources.emplace();
  result.users = {{.uid = 1}};
  result.workers = 1;
  result.max_connections = 1;
  result.max_header_bytes = 2'000;
  result.max_connections_per_client = 1;
  result.header_timeout = 1s;
  result.idle_timeout = 1s;
  result.request_timeout = 1s;
  result.max_cold_keys_per_client = 1;
  result.drain_timeout = 1s;
  result.metrics = listen_address{.address = "127.0.0.1", .port = 2};
  result.admin_path = "/a";
  result.access_log = "-";
  result.identity_header_file = "/h";
  result.allowed_hosts = {"name"};
  return result;
}

std::vector<std::string_view> names_of(const std::vector<configuration_change>& of) {
  std::vector<std::string_view> result;
  for (const auto& each : of) {
    result.push_back(each.member);
  }
  return result;
}

const std::vector<std::string_view> for_restart{
    "listeners",       "allow_non_loopback",   "upstream",
    "identity_header", "identity_header_file", "workers",
    "metrics",         "admin_path",           "access_log"};

}  // namespace

TEST_CASE("every member has a field, and there is no other field") {
  CHECK(configuration_fields().size() == configuration_members().size());
  for (const auto& member : configuration_members()) {
    const auto* const field = find_field(member.name);
    INFO(member.name);
    REQUIRE(field != nullptr);
    CHECK((field->get != nullptr) == (member.range.most != 0));
    CHECK(find_member(member.name) == &member);
  }
  CHECK(find_member("tokens.resources") == nullptr);
}

TEST_CASE("the defaults of the documentation are those of the program") {
  for (const auto& member : configuration_members()) {
    const auto* const field = find_field(member.name);
    if (field->get != nullptr) {
      const auto value = field->get({});
      CHECK(member.default_text ==
            (member.is_duration ? "\"" + duration_in_file(value) + "\"" : std::to_string(value)));
    }
  }
}

TEST_CASE("equal configurations have no changes") {
  CHECK(changes({}, {}).empty());
  CHECK(changes(different(), different()).empty());
}

TEST_CASE("every member that changes is named, and whether that needs a restart") {
  const auto all = changes({}, different());
  CHECK(all.size() == configuration_members().size());
  std::vector<std::string_view> restart;
  for (const auto& each : all) {
    if (each.needs_restart) {
      restart.push_back(each.member);
    }
  }
  CHECK(restart == for_restart);
}

TEST_CASE("a reload changes what needs no restart, and nothing else") {
  const auto result = reloaded({}, different());
  CHECK(names_of(changes(result, different())) == for_restart);
  CHECK(result.listeners.empty());
  CHECK(result.max_connections == 1);
  CHECK(reloaded(different(), {}).listeners == different().listeners);
}

TEST_CASE("the command line replaces those members of the file that it gives") {
  const std::array<std::string_view, 3> given{"workers", "listeners", "unknown"};
  const auto merged = merge({}, different(), given);
  CHECK(names_of(changes({}, merged)) == std::vector<std::string_view>{"listeners", "workers"});
  CHECK(changes(different(), merge(different(), {}, {})).empty());
}

TEST_CASE("the command line can replace one list of the token rules") {
  proxy_configuration file;
  file.tokens = {.resources = {{"a"}}, .identities = {{"b"}}};
  proxy_configuration arguments;
  arguments.tokens = {.resources = {{"c"}}};
  const std::array<std::string_view, 1> resources{"tokens.resources"};
  CHECK(merge(file, arguments, resources).tokens ==
        token_rules{.resources = {{"c"}}, .identities = {{"b"}}});
  const std::array<std::string_view, 1> identities{"tokens.identities"};
  CHECK(merge(file, arguments, identities).tokens == token_rules{.resources = {{"a"}}});
}
