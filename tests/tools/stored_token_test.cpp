// midas token --store, run as a user runs it.
#include "tests/support/catch.hpp"
#include "tests/support/environment_scope.hpp"
#include "tests/tools/support/stored_runs.hpp"

#include <algorithm>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

// One line, that shows no token.
void check_warning(const program_result& result, const std::string& named) {
  CHECK(std::ranges::count(result.errors, '\n') == 1);
  CHECK_THAT(result.errors, StartsWith("midas token: warning: store_failed: ") && Contains(named) &&
                                !Contains(token_in(result)));
}

}  // namespace

TEST_CASE("midas token --store asks the host once, and then answers from the file") {
  const simulated_host imds;
  const store_directory files;
  const auto first = run_with_store(imds, files.file());
  CHECK(first.errors.empty());
  CHECK(source_of(first) == "identity_provider");
  CHECK(requests_to(imds) == 1);
  CHECK(files.names() == words{"tokens.json"});
  const auto second = run_with_store(imds, files.file());
  CHECK(second.errors.empty());
  CHECK(source_of(second) == "cache");
  CHECK(token_in(second) == token_in(first));
  CHECK(parsed(second.output)["resource"].GetString() == vault_url);
  CHECK(run_with_store(imds, files.file(), {"--output", "raw"}).output == token_in(first) + "\n");
  auto scope = command_for(imds.endpoint(), files.file());
  scope[4] += "/.default";
  CHECK(token_in(run_program(MIDAS_PROGRAM, scope)) == token_in(first));
  CHECK(requests_to(imds) == 1);
  CHECK(imds.statistics().requests == 1);
}

TEST_CASE("a stored token is printed without loading libcurl, which takes longest") {
  if (MIDAS_DEFERS_CURL == 0) {
    WARN("skipped: the program is linked with libcurl");
    return;
  }
  const simulated_host imds;
  const store_directory files;
  // The dynamic linker says what it loads on standard error.
  const scoped_environment debug{{{"LD_DEBUG", "files"}}};
  CHECK_THAT(run_with_store(imds, files.file()).errors, Contains("libcurl"));
  const auto stored = run_with_store(imds, files.file());
  CHECK(source_of(stored) == "cache");
  CHECK_THAT(stored.errors, Contains("libssl") && !Contains("libcurl"));
}

TEST_CASE("midas token without --store reads and writes no file") {
  const simulated_host imds;
  const store_directory files;
  const scoped_environment state{{{"XDG_STATE_HOME", files.path()}}};
  const words command{"token", "--endpoint", imds.endpoint(), "--resource", vault_url};
  CHECK(run_program(MIDAS_PROGRAM, command).exit_code == 0);
  CHECK(run_program(MIDAS_PROGRAM, command).exit_code == 0);
  CHECK(requests_to(imds) == 2);
  CHECK(files.names().empty());
}

TEST_CASE("midas token --store default keeps tokens where the XDG variables say") {
  const simulated_host imds;
  const store_directory files;
  namespace fs = std::filesystem;
  const auto is_private = [](const fs::path& path) {
    return (fs::status(path).permissions() & (fs::perms::group_all | fs::perms::others_all)) ==
           fs::perms::none;
  };
  {
    const scoped_environment state{{{"XDG_STATE_HOME", files.path() + "/state"}}};
    CHECK(source_of(run_with_store(imds, "default")) == "identity_provider");
    CHECK(source_of(run_with_store(imds, "default")) == "cache");
  }
  CHECK(is_private(files.path() + "/state/midas"));
  CHECK(is_private(files.path() + "/state/midas/tokens.json"));
  const scoped_environment home{{{"XDG_STATE_HOME", "relative"}, {"HOME", files.path()}}};
  CHECK(source_of(run_with_store(imds, "default")) == "identity_provider");
  CHECK(is_private(files.path() + "/.local/state/midas/tokens.json"));
}

TEST_CASE(
    "midas token --store default without a home directory says what to set, and sends nothing") {
  const simulated_host imds;
  const scoped_environment home{{{"XDG_STATE_HOME", ""}, {"HOME", ""}}};
  const auto result = run_with_store(imds, "default");
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.errors, Contains("HOME is not set") && Contains("--store"));
  CHECK(imds.statistics().requests == 0);
  CHECK(run_with_store(imds, "").exit_code == 2);
}

TEST_CASE("midas token --store does not hand out what has expired or belongs to another") {
  const simulated_host imds;
  const store_directory files;
  auto kept = kept_from(imds, 8h, 16h);
  SECTION("an expired token") { kept.grant.expires_on = kept.cached_at + 2h; }
  SECTION("a token from the future") { kept.cached_at += 16h; }
  SECTION("a token of another resource") { kept.grant.resource = "https://other.example"; }
  SECTION("a token of another identity") { kept.identity = managed_identity::client_id("other"); }
  SECTION("a token of another endpoint") {
    const simulated_host other;
    kept.endpoint = question_to(other).endpoint;
  }
  keep(files, kept);
  const auto result = run_with_store(imds, files.file());
  CHECK(source_of(result) == "identity_provider");
  CHECK(result.errors.empty());
  CHECK(requests_to(imds) == 1);
  CHECK(source_of(run_with_store(imds, files.file())) == "cache");
}

TEST_CASE("midas token --store keeps the tokens of identities apart") {
  const simulated_host imds;
  const store_directory files;
  const words mine{"--client-id", sample_user_assigned_identity().client_id};
  CHECK(source_of(run_with_store(imds, files.file())) == "identity_provider");
  CHECK(source_of(run_with_store(imds, files.file(), mine)) == "identity_provider");
  CHECK(source_of(run_with_store(imds, files.file(), mine)) == "cache");
  const scoped_environment configured{{{"MANAGED_IDENTITY", mine.back()}}};
  CHECK(source_of(run_with_store(imds, files.file())) == "cache");
  CHECK(token_in(run_with_store(imds, files.file())) ==
        token_in(run_with_store(imds, files.file(), mine)));
  CHECK(requests_to(imds) == 2);
}

TEST_CASE("what midas token --force-refresh or --claims acquires replaces the stored token") {
  simulated_host imds;
  const store_directory files;
  const auto first = token_in(run_with_store(imds, files.file()));
  const auto more = GENERATE(words{"--force-refresh"}, words{"--claims", "{}"});
  const auto second = run_with_store(imds, files.file(), more);
  CHECK(source_of(second) == "identity_provider");
  CHECK(requests_to(imds) == 2);
  CHECK(token_in(run_with_store(imds, files.file())) == token_in(second));
  CHECK(requests_to(imds) == 2);
  // The host fails: no stored token takes its place.
  imds.set_fault_rules(R"({"rules": [{"action": {"status": 400}}]})");
  CHECK(run_with_store(imds, files.file(), more).exit_code == 1);
}

TEST_CASE("a misconfigured host is the same error with a token in the store") {
  const simulated_host imds;
  const store_directory files;
  CHECK(run_with_store(imds, files.file()).exit_code == 0);
  const auto more =
      GENERATE(words{"--host", "app-service"}, words{"--timeout", "0s"}, words{"--client-id", ""});
  const auto with_store = run_with_store(imds, files.file(), more);
  auto plain = command_for(imds.endpoint(), files.file(), more);
  plain.erase(plain.begin() + 5, plain.begin() + 7);
  const auto without = run_program(MIDAS_PROGRAM, plain);
  CHECK(with_store.exit_code == 2);
  CHECK(with_store.errors == without.errors);
}

TEST_CASE("a corrupt store is kept aside with a warning, and the token printed and stored") {
  const simulated_host imds;
  const store_directory files;
  files.write("{\"AccessToken\": {");
  const auto result = run_with_store(imds, files.file());
  check_warning(result, "is not a token cache; it was kept as");
  CHECK(files.names().size() == 2);
  CHECK(source_of(run_with_store(imds, files.file())) == "cache");
}

TEST_CASE("a store that cannot be used is a warning, and the token printed") {
  const simulated_host imds;
  const store_directory files;
  auto [path, named] = GENERATE(table<std::string, std::string>({
      // No user may create a file there, root neither.
      {"/sys/kernel/tokens.json", "/sys/kernel/tokens.json"},
      {"/dev/null/tokens.json", "/dev/null"},
      {"FILES/directory", "not a regular file"},
      {"FILES/open/tokens.json", "/open\""},
  }));
  if (path.starts_with("FILES")) {
    path.replace(0, 5, files.path());
  }
  std::filesystem::create_directory(files.path() + "/directory");
  std::filesystem::create_directory(files.path() + "/open");
  std::filesystem::permissions(files.path() + "/open", std::filesystem::perms::all);
  const auto result = run_with_store(imds, path);
  check_warning(result, named);
  CHECK(source_of(result) == "identity_provider");
  CHECK(requests_to(imds) == 1);
}

TEST_CASE("a token in a store that cannot be written answers without a warning") {
  const simulated_host imds;
  const store_directory files;
  keep(files, kept_from(imds, 1h, 8h));
  std::filesystem::permissions(
      files.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const auto result = run_with_store(imds, files.file());
  std::filesystem::permissions(files.path(), std::filesystem::perms::owner_all);
  CHECK(token_in(result) == "kept-token");
  CHECK(result.errors.empty());
  CHECK(requests_to(imds) == 0);
  CHECK(files.names() == words{"tokens.json"});
}
