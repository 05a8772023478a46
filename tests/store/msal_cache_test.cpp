#include "store/msal_cache.hpp"

#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

namespace msal_cache_test {
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
namespace {
constexpr auto vault = "https://vault.azure.net";
constexpr auto storage = "https://storage.azure.com/";
constexpr auto user_id = "11111111-AAAA-4bbb-8ccc-222222222222";

const cache_owner this_one{.machine = "0123456789abcdef0123456789abcdef", .host_name = "vm7"};
const cache_owner another{.machine = "ffffffffffffffffffffffffffffffff", .host_name = "vm8"};

std::chrono::sys_seconds at(long seconds) {
  return std::chrono::sys_seconds{std::chrono::seconds{seconds}};
}

sensitive_string vector_text(const std::string& name) {
  const auto text = file_text(MIDAS_STORE_VECTORS "/" + name);
  REQUIRE_FALSE(text.empty());
  return {text.begin(), text.end()};
}

std::vector<stored_token> read(sensitive_string text, const cache_owner& owner = this_one) {
  const auto tokens = read_msal_cache(text, owner);
  REQUIRE(tokens);
  return *tokens;
}

std::vector<stored_token> read_text(const std::string& text, const cache_owner& owner = this_one) {
  return read(sensitive_string{text.begin(), text.end()}, owner);
}

std::string change(const sensitive_string& text, const cache_change& what,
                   const cache_owner& owner = this_one) {
  const auto changed = change_msal_cache(text, what, owner);
  REQUIRE(changed);
  return {changed->begin(), changed->end()};
}

stored_token system_token() {
  auto result = a_token(vault, "system-token");
  result.cached_at = at(1'700'000'000);
  result.grant.expires_on = at(1'700'086'400);
  result.grant.refresh_on = at(1'700'043'200);
  result.endpoint = "http://169.254.169.254";
  return result;
}

stored_token user_token() {
  auto result = a_token(storage, "user-token", managed_identity::object_id(user_id));
  result.cached_at = at(1'700'000'100);
  result.grant.expires_on = at(1'700'003'700);
  return result;
}

constexpr auto save_time = 1'700'000'200;

// A file with one entry of midas, in which one member is replaced.
std::string with_member(const std::string& name, const std::string& value) {
  const auto token = system_token();
  auto text = change({}, {.save = {&token, 1}, .now = at(save_time)});
  const auto begin = text.find("\"" + name + "\": ");
  REQUIRE(begin != std::string::npos);
  const auto value_at = begin + name.size() + 4;
  return text.replace(value_at, text.find_first_of(",\n", value_at) - value_at, value);
}

}  // namespace

TEST_CASE("a new file has the bytes that MSAL would write, and a section of midas") {
  const std::vector tokens{system_token(), user_token()};
  const auto text = change({}, {.save = tokens, .now = at(save_time)});
  CHECK(text == file_text(MIDAS_STORE_VECTORS "/written_by_midas.json"));
}

TEST_CASE("a file of midas returns the tokens that were saved") {
  const auto tokens = read(vector_text("written_by_midas.json"));
  REQUIRE(tokens.size() == 2);
  CHECK(tokens[0].identity == managed_identity::system_assigned());
  CHECK(tokens[0].grant.token.reveal() == "system-token");
  CHECK(tokens[0].grant.token_type == "Bearer");
  CHECK(tokens[0].grant.resource == vault);
  CHECK(tokens[0].grant.expires_on == at(1'700'086'400));
  CHECK(tokens[0].grant.refresh_on == at(1'700'043'200));
  CHECK(tokens[0].cached_at == at(1'700'000'000));
  CHECK(tokens[0].endpoint == "http://169.254.169.254");
  CHECK(tokens[1].identity == managed_identity::object_id(user_id));
  CHECK(tokens[1].grant.resource == storage);
  CHECK_FALSE(tokens[1].grant.refresh_on);
  CHECK(tokens[1].endpoint.empty());
}

TEST_CASE("a file that another machine wrote has no token for this one") {
  CHECK(read(vector_text("written_by_midas.json"), another).empty());
  auto accepting = another;
  accepting.accept_unmarked = true;
  CHECK(read(vector_text("written_by_midas.json"), accepting).empty());
  CHECK(read(vector_text("written_by_midas.json"), cache_owner{}).empty());
}

TEST_CASE("an entry of MSAL counts only if the file is this machine's or the option accepts it") {
  auto accepting = this_one;
  accepting.accept_unmarked = true;
  CHECK(read(vector_text("written_by_msal.json")).empty());
  const auto tokens = read(vector_text("written_by_msal.json"), accepting);
  REQUIRE(tokens.size() == 1);
  CHECK(tokens[0].grant.token.reveal() == "msal-token");
  CHECK(tokens[0].identity == managed_identity::system_assigned());
}

TEST_CASE("an entry of MSAL from after the file became this machine's counts") {
  // As MSAL leaves it: it replaces the entry, and knows nothing of the section of midas.
  auto text = file_text(MIDAS_STORE_VECTORS "/written_by_midas.json");
  const auto replace = [&text](const std::string& from, const std::string& to) {
    const auto place = text.find(from);
    REQUIRE(place != std::string::npos);
    text.replace(place, from.size(), to);
  };
  replace("user-token", "later-token");
  replace(R"("cached_at": "1700000100")", R"("cached_at": "1700000250")");
  const auto tokens = read_text(text);
  REQUIRE(tokens.size() == 2);
  CHECK(tokens[1].grant.token.reveal() == "later-token");
  CHECK(tokens[1].identity.kind() == identity_kind::object_id);
  replace(R"("cached_at": "1700000250")", R"("cached_at": "1700000150")");
  CHECK(read_text(text).size() == 1);
}

TEST_CASE("the first save to a file of MSAL does not make its earlier entries this machine's") {
  const auto token = user_token();
  const auto text =
      change(vector_text("written_by_msal.json"), {.save = {&token, 1}, .now = at(1'700'000'301)});
  CHECK(resources_of(read_text(text)) == std::vector<std::string>{storage});
  CHECK(text.find("msal-token") != std::string::npos);
}

TEST_CASE("a save on another machine does not make the first one's tokens its own") {
  const auto token = user_token();
  const auto text = change(vector_text("written_by_midas.json"),
                           {.save = {&token, 1}, .now = at(save_time + 9)}, another);
  CHECK(resources_of(read_text(text, another)) == std::vector<std::string>{storage});
  CHECK(resources_of(read_text(text)) == std::vector<std::string>{vault});
}

TEST_CASE("a null client id is the system-assigned identity") {
  auto owner = this_one;
  owner.accept_unmarked = true;
  auto text = file_text(MIDAS_STORE_VECTORS "/written_by_msal.json");
  const std::string name = "\"SYSTEM_ASSIGNED_MANAGED_IDENTITY\"";
  text.replace(text.find(name), name.size(), "null");
  const auto tokens = read_text(text, owner);
  REQUIRE(tokens.size() == 1);
  CHECK(tokens[0].identity == managed_identity::system_assigned());
}

TEST_CASE("MSAL before 1.35 names the machine in place of localhost") {
  auto owner = this_one;
  owner.accept_unmarked = true;
  const auto tokens = read(vector_text("written_by_msal_1_34.json"), owner);
  REQUIRE(tokens.size() == 1);
  CHECK(tokens[0].identity == managed_identity::client_id(user_id));
  for (const auto* const name : {"VM7.internal.example", "Vm7"}) {
    owner.host_name = name;
    CHECK(read(vector_text("written_by_msal_1_34.json"), owner).size() == 1);
  }
  for (const auto* const name : {"vm", "vm70", "", "internal.example"}) {
    owner.host_name = name;
    CHECK(read(vector_text("written_by_msal_1_34.json"), owner).empty());
  }
}

TEST_CASE("everything that is not a token of midas stays as it is, byte for byte") {
  const auto before = vector_text("with_other_content.json");
  const auto token = system_token();
  const auto with = change(before, {.save = {&token, 1}, .now = at(save_time)});
  const auto key = make_key(token.identity, vault);
  REQUIRE(key);
  CHECK(resources_of(read_text(with)) == std::vector<std::string>{vault});
  auto without = change({with.begin(), with.end()}, {.remove = {&*key, 1}, .now = at(save_time)});
  CHECK(read_text(without).empty());
  // Account, the user's token, AppMetadata and the unknown members: up to the first thing that
  // midas added, the metadata of the client id.
  const auto other = std::string{before.begin(), before.end()};
  const auto end = other.find("\n        }\n    },\n    \"Midas\"");
  REQUIRE(end != std::string::npos);
  CHECK(without.substr(0, end) == other.substr(0, end));
  CHECK(without.find("\"future\": {\n            \"x\": [\n                1\n") !=
        std::string::npos);
  CHECK(without.ends_with("\"Zebra\": null\n}"));
}

TEST_CASE("a change of nothing leaves a file of midas as it is") {
  const auto before = vector_text("written_by_midas.json");
  CHECK(change(before, {.now = at(save_time)}) == std::string{before.begin(), before.end()});
}

TEST_CASE("an expired entry of midas is removed by the next change, one of MSAL stays") {
  const auto text = change(vector_text("written_by_midas.json"), {.now = at(1'700'003'700)});
  CHECK(resources_of(read_text(text)) == std::vector<std::string>{vault});
  CHECK(text.find("user-token") == std::string::npos);
  CHECK(text.find("object_id") == std::string::npos);
  CHECK(
      change(vector_text("written_by_msal.json"), {.now = at(1'800'000'000)}).find("msal-token") !=
      std::string::npos);
}

TEST_CASE("a saved token replaces the one with its key") {
  auto token = system_token();
  token.grant.token = secret{std::string_view{"newer"}};
  const auto text =
      change(vector_text("written_by_midas.json"), {.save = {&token, 1}, .now = at(save_time)});
  CHECK(read_text(text).size() == 2);
  CHECK(text.find("system-token") == std::string::npos);
}

TEST_CASE("of two tokens with one key in one save, the later one is kept") {
  std::vector tokens{system_token(), system_token()};
  tokens[1].grant.token = secret{std::string_view{"later"}};
  const auto read_back = read_text(change({}, {.save = tokens, .now = at(save_time)}));
  REQUIRE(read_back.size() == 1);
  CHECK(read_back[0].grant.token.reveal() == "later");
}

TEST_CASE("removal finds an entry whatever the case of a GUID, and a scope's suffix") {
  const auto key = make_key(managed_identity::object_id("11111111-aaaa-4BBB-8ccc-222222222222"),
                            std::string{storage} + "/.default");
  REQUIRE(key);
  const auto text =
      change(vector_text("written_by_midas.json"), {.remove = {&*key, 1}, .now = at(save_time)});
  CHECK(resources_of(read_text(text)) == std::vector<std::string>{vault});
}

TEST_CASE("an entry with an unusable member is ignored, and stays") {
  const auto [name, value] =
      GENERATE(table<std::string, std::string>({{"secret", "null"},
                                                {"secret", "17"},
                                                {"secret", "\"\""},
                                                {"secret", "\"a b\\n\""},
                                                {"secret", "\" token\""},
                                                {"secret", "[\"x\"]"},
                                                {"home_account_id", "\"u\""},
                                                {"environment", "\"login.microsoftonline.com\""},
                                                {"environment", "null"},
                                                {"client_id", "\"\""},
                                                {"client_id", "\"a\\u00e9\""},
                                                {"client_id", "{}"},
                                                {"target", "\"\""},
                                                {"target", "\"two scopes\""},
                                                {"realm", "\"tenant\""},
                                                {"token_type", "\"Bearer x\""},
                                                {"cached_at", "\"soon\""},
                                                {"cached_at", "\"-1\""},
                                                {"expires_on", "\"\""},
                                                {"expires_on", "\"1e9\""},
                                                {"expires_on", "1.5"},
                                                {"expires_on", "\"99999999999999999999\""},
                                                {"expires_on", "\"253402300800\""},
                                                {"expires_on", "true"}}));
  INFO(name << ": " << value);
  const auto text = with_member(name, value);
  CHECK(read_text(text).empty());
  const auto changed = change({text.begin(), text.end()}, {.now = at(save_time)});
  CHECK(changed.find("\"" + name + "\": ") != std::string::npos);
}

TEST_CASE("times as numbers are read, and an unreadable refresh time is ignored") {
  CHECK(read_text(with_member("expires_on", "1700086400")).size() == 1);
  // Another time than in the mark: the entry is not known to be this machine's.
  CHECK(read_text(with_member("expires_on", "1700086401")).empty());
  const auto tokens = read_text(with_member("refresh_on", "\"never\""));
  REQUIRE(tokens.size() == 1);
  CHECK_FALSE(tokens[0].grant.refresh_on);
}

TEST_CASE("of equal names the last one counts, as for Python, and a change keeps only that") {
  auto text = file_text(MIDAS_STORE_VECTORS "/written_by_midas.json");
  text.insert(1, R"("AccessToken": {"x": {"secret": "hidden"}}, "Midas": 7, "AccessToken": [],)");
  CHECK(read_text(text).size() == 2);
  const auto changed = change({text.begin(), text.end()}, {.now = at(save_time)});
  CHECK(changed == file_text(MIDAS_STORE_VECTORS "/written_by_midas.json"));
}

TEST_CASE("sections of another type are replaced by a save") {
  const auto token = system_token();
  const sensitive_string text = R"({"AccessToken": [{"a": {}}], "AppMetadata": null, "Midas": 1})";
  CHECK(read(text).empty());
  CHECK(read_text(change(text, {.save = {&token, 1}, .now = at(save_time)})).size() == 1);
}
}  // namespace msal_cache_test
