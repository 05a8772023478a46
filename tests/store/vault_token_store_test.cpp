// A token store without a file's content: midas::keyring uses it with a keyring.
#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"
#include <midas/detail/secret_vault.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace vault_token_store_test {

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal::test;

namespace {

constexpr auto vault_resource = "https://vault.azure.net";

// What the scripted vault has, and what happened to it.
struct vault_state {
  std::optional<std::string> text{};
  std::string aside{};
  int look_ups = 0;
  std::string failure{};
};

class scripted_vault final : public detail::secret_vault {
 public:
  explicit scripted_vault(vault_state& state) : state_(state) {}

  expected<std::optional<sensitive_string>> look_up() override {
    ++state_.look_ups;
    if (!state_.failure.empty()) {
      return failure();
    }
    return state_.text ? std::optional{sensitive_string{state_.text->begin(), state_.text->end()}}
                       : std::nullopt;
  }
  expected<void> store(std::string_view text) override {
    if (!state_.failure.empty()) {
      return failure();
    }
    state_.text = text;
    return {};
  }
  expected<std::string> set_aside(std::string_view suffix) override {
    state_.aside = state_.text.value_or("");
    state_.text.reset();
    return "name" + std::string{suffix};
  }

 private:
  [[nodiscard]] unexpected failure() const {
    error result;
    result.code = errc::store_failed;
    result.message = state_.failure;
    return unexpected{std::move(result)};
  }

  vault_state& state_;
};

std::unique_ptr<token_store> store_with(const store_directory& files, vault_state& state,
                                        std::size_t max_bytes = 100'000) {
  return detail::make_vault_store(
      {.path = files.path() + "/a/tokens", .lock_timeout = 1s, .max_bytes = max_bytes},
      std::make_unique<scripted_vault>(state));
}

std::vector<std::string> loaded_from(token_store& store) {
  const auto tokens = store.load();
  return tokens ? resources_of(*tokens) : std::vector<std::string>{to_string(tokens.error())};
}

}  // namespace

TEST_CASE("the text is in the vault, and the file has none") {
  const store_directory files;
  vault_state state;
  const auto store = store_with(files, state);
  CHECK(loaded_from(*store).empty());
  const auto token = a_token(vault_resource, "the-token");
  REQUIRE(store->save({&token, 1}));
  REQUIRE(state.text);
  CHECK(state.text->find("the-token") != std::string::npos);
  CHECK(file_text(files.path() + "/a/tokens").empty());
  CHECK(std::filesystem::exists(files.path() + "/a/tokens"));
  CHECK_FALSE(std::filesystem::exists(files.path() + "/a/tokens.lockfile"));
  CHECK(loaded_from(*store) == std::vector<std::string>{vault_resource});
  const auto key = make_key({}, vault_resource);
  REQUIRE(key);
  REQUIRE(store->remove({&*key, 1}));
  CHECK(loaded_from(*store).empty());
}

TEST_CASE("the vault is asked again only after a change by another object") {
  const store_directory files;
  vault_state state;
  const auto first = store_with(files, state);
  const auto second = store_with(files, state);
  const auto token = a_token(vault_resource);
  REQUIRE(first->save({&token, 1}));
  CHECK(loaded_from(*first).size() == 1);
  const auto before = state.look_ups;
  CHECK(loaded_from(*first).size() == 1);
  CHECK(state.look_ups == before);
  const auto other = a_token("https://other.example");
  REQUIRE(second->save({&other, 1}));
  CHECK(loaded_from(*first).size() == 2);
}

TEST_CASE("an error of the vault is the store's, and nothing is written") {
  const store_directory files;
  vault_state state{.failure = "no keyring"};
  const auto store = store_with(files, state);
  CHECK(loaded_from(*store) == std::vector<std::string>{"store_failed: no keyring"});
  const auto token = a_token(vault_resource);
  const auto saved = store->save({&token, 1});
  REQUIRE_FALSE(saved);
  CHECK(saved.error().message == "no keyring");
  CHECK(loaded_from(*store) == std::vector<std::string>{"store_failed: no keyring"});
  CHECK(std::filesystem::is_empty(files.path() + "/a"));
}

TEST_CASE("a text in the vault that is not a token cache is kept aside") {
  const store_directory files;
  vault_state state;
  const auto store = store_with(files, state);
  const auto token = a_token(vault_resource);
  REQUIRE(store->save({&token, 1}));
  state.text = "{";
  CHECK(std::filesystem::remove(files.path() + "/a/tokens"));
  const auto failed = store->load();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.find("name.corrupt-") != std::string::npos);
  CHECK(state.aside == "{");
  CHECK(loaded_from(*store).empty());
  state.text = "[]";
  REQUIRE(store->save({&token, 1}));
  CHECK(state.aside == "[]");
  CHECK(loaded_from(*store) == std::vector<std::string>{vault_resource});
}

TEST_CASE("a text beyond the size limit is neither read nor stored") {
  const store_directory files;
  vault_state state;
  const auto store = store_with(files, state, 1'000);
  const auto token = a_token(vault_resource, std::string(1'000, 'x'));
  const auto saved = store->save({&token, 1});
  REQUIRE_FALSE(saved);
  CHECK(saved.error().message.find("more than 1000 bytes") != std::string::npos);
  CHECK_FALSE(state.text);
  state.text = std::string(1'001, ' ');
  CHECK_FALSE(store->load());
}

TEST_CASE("a link in place of the file that tells of changes is not followed") {
  const store_directory files;
  vault_state state;
  const auto store = store_with(files, state);
  std::filesystem::create_directory(files.path() + "/a");
  REQUIRE(::chmod((files.path() + "/a").c_str(), 0700) == 0);
  std::filesystem::create_symlink(files.path() + "/elsewhere", files.path() + "/a/tokens");
  const auto token = a_token(vault_resource);
  const auto saved = store->save({&token, 1});
  REQUIRE_FALSE(saved);
  CHECK(saved.error().message.find("symbolic link") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(files.path() + "/elsewhere"));
}

}  // namespace vault_token_store_test
