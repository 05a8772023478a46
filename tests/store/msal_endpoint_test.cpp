// The endpoint that granted a token, which MSAL's entries do not have.
#include "store/msal_cache.hpp"
#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

namespace msal_endpoint_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

const cache_owner owner{.machine = "0123456789abcdef0123456789abcdef", .host_name = "vm7"};
constexpr auto imds = "http://169.254.169.254";

std::string saved(const stored_token& token) {
  const auto text = change_msal_cache({}, {.save = {&token, 1}, .now = token.cached_at}, owner);
  REQUIRE(text);
  return {text->begin(), text->end()};
}

std::vector<stored_token> read(const std::string& text) {
  sensitive_string copy{text.begin(), text.end()};
  const auto tokens = read_msal_cache(copy, owner);
  REQUIRE(tokens);
  return *tokens;
}

stored_token token_of(const std::string& endpoint) {
  auto result = a_token("https://vault.azure.net");
  result.endpoint = endpoint;
  return result;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const auto place = text.find(from);
  REQUIRE(place != std::string::npos);
  text.replace(place, from.size(), to);
}

}  // namespace

TEST_CASE("the endpoint of a token is kept, and absent if it is unknown") {
  const auto text = saved(token_of(imds));
  const auto tokens = read(text);
  REQUIRE(tokens.size() == 1);
  CHECK(tokens[0].endpoint == imds);
  CHECK(saved(token_of("")).find("endpoint") == std::string::npos);
}

TEST_CASE("an endpoint that no URL can be is neither written nor read") {
  for (const std::string endpoint : {"http://a b", "http://a\n", "http://\xc3\xa9", " "}) {
    INFO(endpoint);
    CHECK(saved(token_of(endpoint)).find("endpoint") == std::string::npos);
  }
  CHECK(saved(token_of(std::string(1'024, 'x'))).find("endpoint") != std::string::npos);
  CHECK(saved(token_of(std::string(1'025, 'x'))).find("endpoint") == std::string::npos);
  for (const auto& value :
       {std::string{"17"}, std::string{"null"}, std::string{"[]"}, std::string{R"("a b")"},
        std::string{R"("\u00e9")"}, '"' + std::string(1'025, 'x') + '"'}) {
    INFO(value);
    auto text = saved(token_of(imds));
    replace(text, '"' + std::string{imds} + '"', value);
    const auto tokens = read(text);
    REQUIRE(tokens.size() == 1);
    CHECK(tokens[0].endpoint.empty());
  }
}

TEST_CASE("a token that MSAL has replaced has no known endpoint") {
  const auto token = token_of(imds);
  auto text = saved(token);
  const auto cached_at = token.cached_at.time_since_epoch().count();
  replace(text, std::to_string(cached_at), std::to_string(cached_at + 1));
  const auto tokens = read(text);
  REQUIRE(tokens.size() == 1);
  CHECK(tokens[0].endpoint.empty());
}

TEST_CASE("a member of MSAL's entry is not taken for the endpoint") {
  auto text = saved(token_of(""));
  replace(text, R"("realm")", R"("endpoint": "http://169.254.169.254", "realm")");
  const auto tokens = read(text);
  REQUIRE(tokens.size() == 1);
  CHECK(tokens[0].endpoint.empty());
}

TEST_CASE("a change keeps the endpoints of other tokens, and replaces that of the changed one") {
  auto first = token_of(imds);
  const auto second = [] {
    auto result = a_token("https://storage.azure.com/");
    result.endpoint = "http://127.0.0.1:41234/msi/token";
    return result;
  }();
  auto text = saved(first);
  const auto with_second = change_msal_cache({text.begin(), text.end()},
                                             {.save = {&second, 1}, .now = first.cached_at}, owner);
  REQUIRE(with_second);
  first.endpoint.clear();
  const auto with_both =
      change_msal_cache(*with_second, {.save = {&first, 1}, .now = first.cached_at}, owner);
  REQUIRE(with_both);
  const auto before = read({with_second->begin(), with_second->end()});
  REQUIRE(before.size() == 2);
  CHECK(before[0].endpoint == imds);
  CHECK(before[1].endpoint == second.endpoint);
  const auto after = read({with_both->begin(), with_both->end()});
  REQUIRE(after.size() == 2);
  CHECK(after[0].endpoint == second.endpoint);
  CHECK(after[1].endpoint.empty());
}

}  // namespace msal_endpoint_test
