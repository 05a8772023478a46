// Published tokens as threads read them from their caches.
#include "tests/published/thread_reads.hpp"
#include "tests/support/allocation_counter.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace thread_cache_test {
using namespace std::chrono_literals;
using namespace midas;
using namespace midas::detail;
using namespace midas::internal;
using namespace midas::internal::test::reads;

TEST_CASE("a published token is read by every thread, from the cache, and counted") {
  token_table table;
  publish(table, {{}, vault}, "T");
  for (int i = 0; i < 3; ++i) {
    const auto token = read(table, looking(table, vault, {}));
    REQUIRE(text_of(token) == "T");
    CHECK(token->source() == token_source::cache);
  }
  std::thread{[&table] { CHECK(read_text(table, vault) == "T"); }}.join();
  CHECK(table.hits().total() == 4);
}

TEST_CASE("a hit allocates no memory, with or without a current lease") {
  token_table table;
  publish(table, {{}, vault}, "T");
  const managed_identity system;
  const auto what = looking(table, vault, system);
  REQUIRE(read(table, what));
  const auto before = test::allocations_of_this_thread();
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(find_fresh(what));
  }
  CHECK(table.read(what));
  CHECK(test::allocations_of_this_thread() == before);
}

TEST_CASE("a thread keeps every token that it has read, while its cache grows") {
  constexpr int resources = 300;
  token_table table;
  const managed_identity system;
  const auto name = [](int i) { return vault + "/" + std::to_string(i); };
  for (int i = 0; i < resources; ++i) {
    publish(table, {{}, name(i)}, std::to_string(i));
    REQUIRE(read_text(table, name(i)) == std::to_string(i));
  }
  for (int i = 0; i < resources; ++i) {
    const auto resource = name(i);
    const auto* const found = find_fresh(looking(table, resource, system));
    REQUIRE(found != nullptr);
  }
}

TEST_CASE("a read of a thread's copy counts as a use of the token") {
  token_table table;
  publish(table, {{}, vault}, "T");
  const auto slot = table.find_slot({{}, vault});
  for (int i = 0; i < 2; ++i) {
    slot->last_used = 0;
    REQUIRE(table.read(looking(table, vault, {})));
    CHECK(slot->last_used != 0);
  }
}

TEST_CASE("a thread that has read a token reads the token that replaces it") {
  token_table table;
  publish(table, {{}, vault}, "first");
  const auto held = read(table, looking(table, vault, {}));
  publish(table, {{}, vault}, "second");
  CHECK_FALSE(find_fresh(looking(table, vault, {})));
  CHECK(read_text(table, vault) == "second");
  CHECK(text_of(held) == "first");
}

TEST_CASE("publishing one token leaves the copies of the others current") {
  token_table table;
  publish(table, {{}, vault}, "T");
  REQUIRE(read(table, looking(table, vault, {})));
  for (int i = 0; i < 100; ++i) {
    publish(table, {{}, "https://" + std::to_string(i) + ".net"}, "other");
  }
  CHECK(find_fresh(looking(table, vault, {})));
}

TEST_CASE("a token that has left the table is no longer read") {
  token_table table;
  publish(table, {{}, vault}, "T");
  REQUIRE(read(table, looking(table, vault, {})));
  REQUIRE(table.drop_oldest(0).size() == 1);
  CHECK(read_text(table, vault) == "nothing");
  publish(table, {{}, vault}, "again");
  CHECK(read_text(table, vault) == "again");
}

TEST_CASE("a closed table returns no token, even to threads that have copies") {
  token_table table;
  publish(table, {{}, vault}, "T");
  REQUIRE(read(table, looking(table, vault, {})));
  table.close();
  CHECK(read_text(table, vault) == "nothing");
  publish(table, {{}, vault}, "late");
  CHECK(read_text(table, vault) == "nothing");
}

TEST_CASE("a token that is no longer usable is not read, even if it is published") {
  token_table table;
  publish(table, {{}, vault}, "T", 0s);
  CHECK(read_text(table, vault) == "nothing");
}

TEST_CASE("a token stays valid after its table and its thread are gone") {
  std::optional<access_token> held;
  std::thread{[&held] {
    token_table table;
    publish(table, {{}, vault}, "T");
    held = read(table, looking(table, vault, {}));
  }}.join();
  const auto copy = *held;
  held.reset();
  CHECK(copy.token().reveal() == "T");
  CHECK(copy.authorization_header().reveal() == "Bearer T");
}

TEST_CASE("a token that was read in one thread may be destroyed in another") {
  token_table table;
  publish(table, {{}, vault}, "T");
  std::vector<access_token> read_here;
  for (int i = 0; i < 1'000; ++i) {
    read_here.push_back(*read(table, looking(table, vault, {})));
  }
  std::thread{[&] {
    auto mine = std::move(read_here);
    read_here.assign(10, *read(table, looking(table, vault, {})));
    const auto copies = mine;
    mine.clear();
    CHECK(text_of(copies.back()) == "T");
  }}.join();
  CHECK(text_of(read_here.back()) == "T");
}

TEST_CASE("tables that publish the same key are kept apart, and so are their hits") {
  token_table one;
  auto other = std::make_unique<token_table>();
  publish(one, {{}, vault}, "one");
  publish(*other, {{}, vault}, "other");
  for (int i = 0; i < 2; ++i) {
    CHECK(read_text(one, vault) == "one");
    CHECK(read_text(*other, vault) == "other");
  }
  CHECK(one.hits().total() == 2);
  CHECK(other->hits().total() == 2);
  other.reset();
  CHECK(read_text(one, vault) == "one");
  token_table third;
  CHECK(read_text(third, vault) == "nothing");
}

TEST_CASE("identities are kept apart, and all ways to write a key find the same token") {
  token_table table;
  const auto guid = std::string{"6a5e8f3c-0000-4000-8000-00000000000a"};
  publish(table, {{}, vault}, "system");
  publish(table, {managed_identity::client_id(guid), vault}, "client");
  publish(table, {managed_identity::object_id(guid), vault}, "object");
  for (int i = 0; i < 2; ++i) {
    CHECK(read_text(table, vault) == "system");
    CHECK(read_text(table, vault + "/.default") == "system");
    CHECK(read_text(table, vault, managed_identity::client_id(guid)) == "client");
    CHECK(read_text(table, vault, managed_identity::object_id(guid)) == "object");
    CHECK(read_text(table, vault,
                    managed_identity::client_id("6A5E8F3C-0000-4000-8000-00000000000A")) ==
          "client");
    CHECK(read_text(table, vault, managed_identity::resource_id(guid)) == "nothing");
    CHECK(read_text(table, vault + "/") == "nothing");
    CHECK(read_text(table, "") == "nothing");
  }
}

TEST_CASE("a thread drops tokens that it has not read for a minute, and replaced ones with them") {
  enum class then { just_read, long_unread, replaced };
  const auto what = GENERATE(then::just_read, then::long_unread, then::replaced);
  token_table table;
  publish(table, {{}, vault}, "T");
  bool kept_by_key = false;
  bool kept_by_handle = false;
  std::thread{[&] {
    REQUIRE(read_by_handle(table, 1, vault) == "T");
    auto& mine = *cache_of_this_thread;
    auto later = coarse_clock_reading::now();
    later.steady = mine.find(1)->token->lease().steady_end + std::chrono::nanoseconds{1min}.count();
    if (what == then::long_unread) {
      later.steady += 1;
    } else if (what == then::replaced) {
      publish(table, {{}, vault}, "another");
    }
    mine.evict_stale(later);
    const managed_identity system;
    kept_by_key = mine.find(looking(table, vault, system)) != nullptr;
    kept_by_handle = mine.find(1) != nullptr;
    CHECK(read_by_handle(table, 1, vault) == (what == then::replaced ? "another" : "T"));
  }}.join();
  CHECK(kept_by_key == (what == then::just_read));
  CHECK(kept_by_handle == (what == then::just_read));
}

TEST_CASE("a thread caches a bounded number of tokens and still reads the others") {
  constexpr std::size_t count = thread_cache::max_tokens + 5'000;
  token_table table;
  std::vector<std::string> resources;
  for (std::size_t i = 0; i < count; ++i) {
    resources.push_back("https://" + std::to_string(i) + ".net");
    publish(table, {{}, resources.back()}, resources.back());
  }
  std::size_t kept = 0;
  std::size_t wrong = 0;
  std::thread{[&] {
    for (const auto& resource : resources) {
      wrong += read_text(table, resource) == resource ? 0 : 1;
    }
    for (const auto& resource : resources) {
      kept += cache_of_this_thread->find(looking(table, resource, {})) != nullptr ? 1 : 0;
    }
  }}.join();
  CHECK(wrong == 0);
  CHECK(kept <= thread_cache::max_tokens);
  CHECK(kept > thread_cache::max_tokens / 2);
  CHECK(table.hits().total() == count);
}

TEST_CASE(
    "threads that read while tokens are published and dropped see whole tokens of the right key") {
  constexpr int key_count = 8;
  constexpr int enough = 20'000;
  token_table table;
  const auto resource = [](int number) { return "https://" + std::to_string(number) + ".net"; };
  const auto put = [&](int number, int version) {
    publish(table, {{}, resource(number)}, std::to_string(number) + "/" + std::to_string(version));
  };
  for (int i = 0; i < key_count; ++i) {
    put(i, 0);
  }
  std::atomic<int> wrong = 0;
  std::atomic<int> reading = 3;
  const auto reader = [&] {
    std::vector<int> newest(key_count);
    std::vector<access_token> held;
    for (int i = 0, found = 0; found < enough; ++i) {
      const auto number = i % key_count;
      const auto token =
          i % 2 == 0 ? read(table, looking(table, resource(number), {}))
                     : read(table, static_cast<std::uint64_t>(number + 1), resource(number));
      if (!token) {
        continue;
      }
      ++found;
      const auto text = text_of(token);
      const auto prefix = std::to_string(number) + "/";
      if (!text.starts_with(prefix)) {
        ++wrong;
        continue;
      }
      // A thread never reads an older token again.
      const auto version = std::stoi(text.substr(prefix.size()));
      wrong += version < newest[static_cast<std::size_t>(number)] ? 1 : 0;
      newest[static_cast<std::size_t>(number)] = version;
      if (i % 100 == 0) {
        held.push_back(*token);
      }
    }
    --reading;
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back(reader);
  }
  for (int i = 1; reading > 0; ++i) {
    put(i % key_count, i);
    if (i % 50 == 0) {
      table.drop_oldest(key_count / 2);
    }
  }
  threads.clear();
  CHECK(wrong == 0);
}

TEST_CASE("the hits of a thread are still counted after it has ended") {
  token_table table;
  publish(table, {{}, vault}, "T");
  for (int i = 1; i <= 20; ++i) {
    std::thread{[&table] { CHECK(read_text(table, vault) == "T"); }}.join();
    CHECK(table.hits().total() == static_cast<std::uint64_t>(i));
  }
}
}  // namespace thread_cache_test
