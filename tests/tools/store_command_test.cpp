// midas store list and midas store clear, run as a user runs them.
#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_scope.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/program.hpp"
#include "tests/support/vault.hpp"
#include <midas/file_token_store.hpp>

#include <algorithm>

using namespace midas;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

using words = std::vector<std::string>;

program_result run_store(const words& arguments) {
  words all{"store"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_program(MIDAS_PROGRAM, all);
}

const std::string storage = "https://storage.azure.com";

// Three tokens: two resources, two identities.
void fill(const store_directory& files) {
  file_token_store store{{.path = files.file()}};
  const std::vector tokens{
      a_token(vault_url, "first-secret"), a_token(storage, "second-secret"),
      a_token(vault_url, "third-secret", managed_identity::client_id("A-client"))};
  REQUIRE(store.save(tokens));
}

std::size_t tokens_in(const store_directory& files) {
  return file_token_store{{.path = files.file()}}.load().value().size();
}

}  // namespace

TEST_CASE("midas store list prints what is stored, but no token") {
  const store_directory files;
  fill(files);
  const auto text = run_store({"list", "--store", files.file()});
  CHECK(text.exit_code == 0);
  CHECK(text.errors.empty());
  CHECK(std::ranges::count(text.output, '\n') == 3);
  CHECK_THAT(text.output, Contains(vault_url + " for system-assigned") &&
                              Contains(vault_url + " for client id A-client") &&
                              Contains("usable") && !Contains("secret"));
  const auto json = run_store({"list", "--store", files.file(), "--output", "json"});
  CHECK(json.exit_code == 0);
  CHECK(parsed(json.output)["tokens"].Size() == 3);
  CHECK_THAT(json.output, !Contains("secret"));
}

TEST_CASE("midas store uses the default store") {
  const store_directory files;
  const scoped_environment state{{{"XDG_STATE_HOME", files.path()}}};
  CHECK(run_store({"list"}).output == "No tokens in " + files.path() + "/midas/tokens.json\n");
  CHECK(run_store({"clear"}).output ==
        "Removed 0 tokens from " + files.path() + "/midas/tokens.json\n");
  CHECK(files.names().empty());
  const scoped_environment homeless{{{"XDG_STATE_HOME", ""}, {"HOME", ""}}};
  CHECK(run_store({"list"}).exit_code == 2);
  CHECK(run_store({"clear"}).exit_code == 2);
}

TEST_CASE("midas store clear removes all tokens, or those of a resource or an identity") {
  const store_directory files;
  fill(files);
  const auto clear = [&files](const words& more) {
    words arguments{"clear", "--store", files.file()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = run_store(arguments);
    CHECK(result.exit_code == 0);
    CHECK(result.errors.empty());
    return result.output;
  };
  const auto from = " from " + files.file() + "\n";
  SECTION("all") {
    CHECK(clear({}) == "Removed 3 tokens" + from);
    CHECK(tokens_in(files) == 0);
    CHECK_THAT(files.text(), !Contains("secret"));
  }
  SECTION("a resource") {
    CHECK(clear({"--resource", vault_url + "/.default"}) == "Removed 2 tokens" + from);
    CHECK(tokens_in(files) == 1);
  }
  SECTION("an identity, in any case of letters") {
    CHECK(clear({"--client-id", "a-CLIENT"}) == "Removed 1 token" + from);
    CHECK(tokens_in(files) == 2);
  }
  SECTION("the system-assigned identity") {
    CHECK(clear({"--system-assigned"}) == "Removed 2 tokens" + from);
  }
  SECTION("a resource of an identity") {
    CHECK(clear({"--resource", vault_url, "--system-assigned"}) == "Removed 1 token" + from);
  }
  SECTION("nothing that fits") {
    CHECK(clear({"--resource", "https://other.example"}) == "Removed 0 tokens" + from);
    CHECK(tokens_in(files) == 3);
  }
}

TEST_CASE("midas store clear leaves what belongs to others") {
  const store_directory files;
  files.write(R"({"RefreshToken": {"a": {"secret": "of-a-user"}}, "AccessToken": {}})");
  file_token_store store{{.path = files.file()}};
  const auto token = a_token(vault_url, "first-secret");
  REQUIRE(store.save({&token, 1}));
  CHECK(run_store({"clear", "--store", files.file()}).exit_code == 0);
  CHECK_THAT(files.text(), Contains("of-a-user") && !Contains("first-secret"));
}

TEST_CASE("midas store fails with an error that says what is wrong with the file") {
  const store_directory files;
  const auto command = GENERATE(as<std::string>{}, "list", "clear");
  files.write("{}", 0644);
  const auto unsafe = run_store({command, "--store", files.file()});
  CHECK(unsafe.exit_code == 1);
  CHECK_THAT(unsafe.errors, Contains("midas store " + command) && Contains(files.file()));
  files.write("no json");
  const auto corrupt = run_store({command, "--store", files.file()});
  CHECK(corrupt.exit_code == 1);
  CHECK_THAT(corrupt.errors, Contains("kept as"));
}

TEST_CASE("midas store rejects wrong usage") {
  const store_directory files;
  CHECK(run_store({}).exit_code == 2);
  CHECK(run_store({"guess"}).exit_code == 2);
  CHECK(run_store({"list", "--store", ""}).exit_code == 2);
  CHECK(run_store({"list", "--store", files.file(), "--output", "xml"}).exit_code == 2);
  CHECK(run_store({"clear", "--store", files.file(), "--resource", "a b"}).exit_code == 2);
  CHECK(run_store({"clear", "--store", files.file(), "--client-id", ""}).exit_code == 2);
}
