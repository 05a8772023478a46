// Which token of a store answers a request.
#include "tools/store/stored_answer.hpp"

#include "actors/policies/loaded_tokens.hpp"
#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_options.hpp"
#include "tests/support/vault.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::tools;
using namespace std::chrono_literals;

namespace {

const std::string imds_url = "http://169.254.169.254/metadata/identity/oauth2/token";

store_question question_for(const managed_identity& identity = managed_identity::system_assigned(),
                            const std::string& endpoint = imds_url) {
  return {.identity = identity, .key = make_key(identity, vault_url).value(), .endpoint = endpoint};
}

stored_token granted_by(const std::string& endpoint, const std::string& text = "a-token") {
  auto result = a_token(vault_url, text);
  result.endpoint = endpoint;
  return result;
}

std::optional<stored_answer> answer_of(const std::vector<stored_token>& tokens,
                                       const store_question& question = question_for()) {
  return find_answer(tokens, question, clock_reading::now());
}

std::string token_text(const std::optional<stored_answer>& answer) {
  return answer ? std::string{answer->stored.grant.token.reveal()} : "none";
}

}  // namespace

TEST_CASE("a stored token answers only for its own endpoint, unless that is unknown") {
  CHECK(token_text(answer_of({granted_by(imds_url)})) == "a-token");
  CHECK(token_text(answer_of({granted_by("")})) == "a-token");
  CHECK(token_text(answer_of(
            {granted_by("http://127.0.0.1:8080/metadata/identity/oauth2/token")})) == "none");
}

TEST_CASE("a stored token answers only for its own resource and identity") {
  const auto mine = managed_identity::client_id("1B2c");
  auto stored = granted_by(imds_url);
  stored.identity = mine;
  CHECK(token_text(answer_of({stored})) == "none");
  CHECK(token_text(answer_of({stored}, question_for(mine))) == "a-token");
  // Of another case, as GUIDs are.
  CHECK(token_text(answer_of({stored}, question_for(managed_identity::client_id("1b2C")))) ==
        "a-token");
  CHECK(token_text(answer_of({stored}, question_for(managed_identity::object_id("1B2c")))) ==
        "none");
  stored.grant.resource = vault_url + "/.default";
  CHECK(token_text(answer_of({stored}, question_for(mine))) == "a-token");
  stored.grant.resource = vault_url + "/";
  CHECK(token_text(answer_of({stored}, question_for(mine))) == "none");
}

TEST_CASE("of several stored tokens, the one that was acquired last answers, if it may be used") {
  auto older = granted_by(imds_url, "older");
  older.cached_at -= 1h;
  older.grant.expires_on += 10h;
  const auto newer = granted_by(imds_url, "newer");
  CHECK(token_text(answer_of({older, newer})) == "newer");
  CHECK(token_text(answer_of({newer, older})) == "newer");
  auto longer = granted_by("", "longer");
  longer.grant.expires_on += 1h;
  CHECK(token_text(answer_of({newer, longer, older})) == "longer");
  auto ended = granted_by(imds_url, "ended");
  ended.grant.expires_on = ended.cached_at;
  CHECK(token_text(answer_of({older, ended})) == "older");
}

TEST_CASE("the program and a service use the same one of several stored tokens") {
  const auto now = clock_reading::now();
  std::vector<stored_token> tokens;
  for (int i = 0; i < 4; ++i) {
    tokens.push_back(granted_by(i % 2 == 0 ? imds_url : "", "token-" + std::to_string(i)));
    tokens.back().cached_at -= 1h * (i / 2);
    tokens.back().grant.expires_on += 1h * ((i * 7) % 4);
  }
  std::ranges::sort(tokens, {}, [](const auto& each) { return each.grant.token.reveal(); });
  do {
    const auto loaded = usable_tokens(
        tokens, {.endpoint = imds_url}, now, [] { return 0.0; }, 10);
    REQUIRE(loaded.size() == 1);
    const auto answer = find_answer(tokens, question_for(), now);
    CHECK(token_text(answer) == loaded.front().grant.token.reveal());
  } while (std::ranges::next_permutation(tokens, {}, [](const auto& each) {
             return each.grant.token.reveal();
           }).found);
}

TEST_CASE("a stored token that expires within the margin, or is from the future, does not answer") {
  auto ending = granted_by(imds_url);
  ending.cached_at -= 20h;
  ending.grant.expires_on = ending.cached_at + 20h + 4min;
  CHECK(token_text(answer_of({ending})) == "none");
  auto future = granted_by(imds_url);
  future.cached_at += 1h;
  CHECK(token_text(answer_of({future})) == "none");
}

TEST_CASE("a refresh is due from refresh_on on, and not again until the time set by a failed one") {
  auto old = granted_by(imds_url);
  old.cached_at -= 2h;
  old.grant.refresh_on = old.cached_at + 1h;
  const auto now = clock_reading::now();
  const auto due = answer_of({old});
  REQUIRE(due);
  CHECK(due->is_refresh_due);
  CHECK_FALSE(answer_of({granted_by(imds_url)})->is_refresh_due);

  const auto later = postponed(*due, now, {});
  CHECK(later.grant.refresh_on == now.wall + 30s);
  CHECK(later.cached_at == old.cached_at);
  CHECK(later.grant.expires_on == old.grant.expires_on);
  CHECK(later.endpoint == imds_url);
  CHECK_FALSE(answer_of({later})->is_refresh_due);
  CHECK(find_answer(std::vector{later}, question_for(), now + 31s)->is_refresh_due);
  CHECK(postponed(*due, now, 10min).grant.refresh_on == now.wall + 10min);
}

TEST_CASE("a token without refresh_on is refreshed in time for a few attempts, with pauses") {
  auto old = granted_by(imds_url);
  old.cached_at -= 1h;
  old.grant.expires_on = old.cached_at + 1h + 6min;
  const auto due = answer_of({old});
  REQUIRE(due);
  CHECK(due->is_refresh_due);
  const auto later = postponed(*due, clock_reading::now(), {});
  CHECK_FALSE(answer_of({later})->is_refresh_due);
}

TEST_CASE("an answer is a cached token of the resource without the /.default of a scope") {
  auto stored = granted_by(imds_url);
  stored.grant.resource += "/.default";
  const auto token = tools::cached_token(*answer_of({stored}), question_for());
  CHECK(token.token().reveal() == "a-token");
  CHECK(token.source() == token_source::cache);
  CHECK(token.resource() == vault_url);
  CHECK(token.authorization_header().reveal() == "Bearer a-token");
  // As for a token that is acquired, half of its lifetime.
  CHECK(token.refresh_on() == stored.cached_at + 4h);
}

TEST_CASE("a question names the identity and the endpoint that the service would use") {
  auto options = on({});
  const token_request request{.resource = vault_url + "/.default"};
  const auto question = [&](const token_request& wanted) {
    return store_question_of(wanted, options).value();
  };
  CHECK(question(request).identity == managed_identity::system_assigned());
  CHECK(question(request).key.resource == vault_url);
  CHECK(question(request).endpoint == imds_url);

  options = on({{"MANAGED_IDENTITY", "6a5e3c1b-0000-0000-0000-000000000001"}});
  options.identity_from_environment = true;
  const auto configured = managed_identity::client_id("6a5e3c1b-0000-0000-0000-000000000001");
  CHECK(question(request).identity == configured);
  auto named = request;
  named.identity = managed_identity::system_assigned();
  CHECK(question(named).identity == managed_identity::system_assigned());
  named.identity = managed_identity::object_id("an-object");
  CHECK(question(named).identity == named.identity);
}

TEST_CASE("where a variable of the host names an identity, a question is for that one") {
  const auto options = on({{"MSI_ENDPOINT", "http://127.0.0.1:1/msi"},
                           {"MSI_SECRET", "s"},
                           {"DEFAULT_IDENTITY_CLIENT_ID", "a-client"}});
  const auto question = store_question_of({.resource = vault_url}, options).value();
  CHECK(question.identity == managed_identity::client_id("a-client"));
  CHECK(question.key.identity == managed_identity::client_id("a-client"));
  CHECK(question.endpoint == "http://127.0.0.1:1/msi");
}

TEST_CASE("the question for a misconfigured host or request is an error") {
  CHECK(
      store_question_of({.resource = vault_url}, on({{"MSI_ENDPOINT", "ftp://a"}})).error().code ==
      errc::invalid_endpoint);
  CHECK(store_question_of({.resource = ""}, on({})).error().code == errc::invalid_resource);
}
