// Which machine the entries of MSAL belong to, in a file that moves between machines.
#include "store/msal_cache.hpp"
#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

namespace msal_owner_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

constexpr auto vault = "https://vault.azure.net";
constexpr auto storage = "https://storage.azure.com/";
const cache_owner this_one{.machine = "0123456789abcdef0123456789abcdef", .host_name = "vm7"};
const cache_owner accepting{
    .machine = "0123456789abcdef0123456789abcdef", .host_name = "vm7", .accept_unmarked = true};
const cache_owner another{.machine = "ffffffffffffffffffffffffffffffff", .host_name = "vm8"};

// Has MSAL's token for the vault, cached at 1700000300.
std::string written_by_msal() { return file_text(MIDAS_STORE_VECTORS "/written_by_msal.json"); }

std::string changed(const std::string& text, const cache_change& change, const cache_owner& owner) {
  const auto result = change_msal_cache({text.begin(), text.end()}, change, owner);
  REQUIRE(result);
  return {result->begin(), result->end()};
}

// With midas's token for the storage.
std::string saved(const std::string& text, const cache_owner& owner) {
  const auto token = a_token(storage);
  return changed(text, {.save = {&token, 1}, .now = token.cached_at}, owner);
}

std::vector<std::string> resources_in(const std::string& text, const cache_owner& owner) {
  sensitive_string copy{text.begin(), text.end()};
  const auto tokens = read_msal_cache(copy, owner);
  REQUIRE(tokens);
  return resources_of(*tokens);
}

using resources = std::vector<std::string>;

}  // namespace

TEST_CASE("a file of MSAL that is accepted once stays this machine's after a save") {
  const auto text = saved(written_by_msal(), accepting);
  CHECK(resources_in(text, this_one) == resources{storage, vault});
  CHECK(resources_in(text, another).empty());
}

TEST_CASE("a copied file's entries of MSAL are not accepted, before a save or after it") {
  // On the machine where midas has written it, they count.
  const auto text = changed(written_by_msal(),
                            {.now = std::chrono::sys_seconds{std::chrono::seconds{1}}}, another);
  CHECK(resources_in(text, another) == resources{vault});
  CHECK(resources_in(text, accepting).empty());
  CHECK(resources_in(saved(text, accepting), accepting) == resources{storage});
}

}  // namespace msal_owner_test
