#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"
#include <midas/file_token_store.hpp>

#include <unistd.h>

#include <chrono>
#include <thread>

namespace file_token_store_test {

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal::test;

namespace {

constexpr auto vault = "https://vault.azure.net";
constexpr auto storage = "https://storage.azure.com/";

expected<void> save(token_store& store, const stored_token& token) {
  return store.save({&token, 1});
}

std::vector<std::string> loaded(token_store& store) {
  const auto tokens = store.load();
  if (!tokens) {
    return {to_string(tokens.error())};
  }
  return resources_of(*tokens);
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("a store without a file is empty, and removing from it creates none") {
  const store_directory files;
  file_token_store store{{.path = files.path() + "/a/tokens.json"}};
  CHECK(loaded(store).empty());
  const auto key = make_key({}, vault);
  REQUIRE(key);
  CHECK(store.remove({&*key, 1}));
  CHECK(store.save({}));
  CHECK(files.names().empty());
}

TEST_CASE("what one object saves, another one loads") {
  const store_directory files;
  file_token_store first{{.path = files.path() + "/a/tokens.json"}};
  file_token_store second{{.path = files.path() + "/a/tokens.json"}};
  CHECK(save(first, a_token(vault, "vault-token")));
  CHECK(loaded(second) == names{vault});
  CHECK(save(second, a_token(storage)));
  CHECK(loaded(first) == names{storage, vault});
  CHECK(loaded(second) == names{storage, vault});
  const auto key = make_key({}, storage);
  REQUIRE(key);
  CHECK(first.remove({&*key, 1}));
  const auto tokens = second.load();
  REQUIRE(tokens);
  REQUIRE(tokens->size() == 1);
  CHECK(tokens->front().grant.token.reveal() == "vault-token");
}

TEST_CASE("an unchanged file is not read again, a removed one is noticed") {
  const store_directory files;
  file_token_store store{{.path = files.file()}};
  CHECK(save(store, a_token(vault)));
  const auto first = store.load();
  const auto second = store.load();
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->front().grant.token.reveal().data() == second->front().grant.token.reveal().data());
  std::filesystem::remove(files.file());
  CHECK(loaded(store).empty());
}

TEST_CASE("a file that is not a cache is renamed by load, and the error names both files") {
  const store_directory files;
  files.write("{\"AccessToken\": {");
  file_token_store store{{.path = files.file()}};
  const auto failed = store.load();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == errc::store_failed);
  CHECK(failed.error().message.find(files.file() + ".corrupt-") != std::string::npos);
  CHECK_FALSE(failed.error().advice.empty());
  REQUIRE(files.names().size() == 1);
  CHECK(file_text(files.path() + "/" + files.names().front()) == "{\"AccessToken\": {");
  CHECK(loaded(store).empty());
}

TEST_CASE("a file that is not a cache is renamed by save, which writes a new one") {
  const store_directory files;
  files.write("[1]");
  file_token_store store{{.path = files.file()}};
  CHECK(save(store, a_token(vault)));
  CHECK(loaded(store) == names{vault});
  REQUIRE(files.names().size() == 2);
  CHECK(file_text(files.path() + "/" + files.names()[1]) == "[1]");
}

TEST_CASE("a file that another process is writing is read when that process has ended") {
  const store_directory files;
  {
    file_token_store writer{{.path = files.file()}};
    REQUIRE(save(writer, a_token(vault)));
  }
  const auto whole = files.text();
  // As MSAL writes: the lock, and the file from its beginning.
  std::ofstream{files.lock()} << ::getppid() << " python3";
  files.write(whole.substr(0, whole.size() / 2));
  const std::jthread other{[&] {
    std::this_thread::sleep_for(100ms);
    files.write(whole);
    std::filesystem::remove(files.lock());
  }};
  file_token_store store{{.path = files.file()}};
  CHECK(loaded(store) == names{vault});
}

TEST_CASE("a save waits for a process that writes the file in place without the lock") {
  const auto before = GENERATE(as<std::string>{}, "", "{", "{\"AccessToken\": {");
  const store_directory files;
  {
    file_token_store writer{{.path = files.file()}};
    REQUIRE(save(writer, a_token(vault)));
  }
  const auto whole = files.text();
  files.write(before);
  const std::jthread other{[&] {
    std::this_thread::sleep_for(100ms);
    files.write(whole);
  }};
  file_token_store store{{.path = files.file()}};
  REQUIRE(save(store, a_token(storage)));
  CHECK(loaded(store) == names{storage, vault});
  CHECK(files.names() == names{"tokens.json"});
}

TEST_CASE("a lock that is not free in time is an error, and nothing changes") {
  const store_directory files;
  std::ofstream{files.lock()} << ::getppid() << " python3";
  file_token_store store{{.path = files.file(), .lock_timeout = 20ms}};
  const auto failed = save(store, a_token(vault));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.find("python3") != std::string::npos);
  CHECK(files.names() == names{"tokens.json.lockfile"});
}

TEST_CASE("a token that no request could find is not saved") {
  const store_directory files;
  file_token_store store{{.path = files.file()}};
  const auto failed = save(store, a_token(""));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == errc::invalid_resource);
  CHECK(files.names().empty());
}

TEST_CASE("no error of a store shows a token") {
  const store_directory files;
  file_token_store store{{.path = files.file(), .max_bytes = 2'000}};
  REQUIRE(save(store, a_token(vault, "the-secret")));
  const auto failed = save(store, a_token(storage, "the-secret" + std::string(2'000, 'x')));
  REQUIRE_FALSE(failed);
  CHECK(to_string(failed.error()).find("the-secret") == std::string::npos);
  CHECK(loaded(store) == names{vault});
  files.write("the-secret");
  const auto corrupt = store.load();
  REQUIRE_FALSE(corrupt);
  CHECK(to_string(corrupt.error()).find("the-secret") == std::string::npos);
}

}  // namespace file_token_store_test
