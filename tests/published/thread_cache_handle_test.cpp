// Published tokens as handles read them.
#include "tests/published/thread_reads.hpp"
#include "tests/support/allocation_counter.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace thread_cache_handle_test {

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::detail;
using namespace midas::internal;
using namespace midas::internal::test::reads;

TEST_CASE("a handle finds its token, whatever other handles exist") {
  token_table table;
  publish(table, {{}, "https://a.net"}, "a");
  publish(table, {{}, "https://b.net"}, "b");
  const std::vector<std::pair<std::uint64_t, std::string>> handles{
      {1, "a"}, {2, "b"}, {3, "a"}, {4, "a"}};
  for (const auto& [handle, text] : handles) {
    CHECK_FALSE(find_fresh(handle));
    CHECK(read_by_handle(table, handle, "https://" + text + ".net") == text);
  }
  for (const auto& [handle, text] : handles) {
    CHECK(text_of(good(handle)) == text);
  }
  CHECK(table.hits().total() == 2 * handles.size());
  // They share the copies that were read by key.
  CHECK(find_fresh(looking(table, "https://a.net", {})) == find_fresh(4));
  // Other threads have their own copies.
  std::thread{[&table] {
    CHECK(read_by_handle(table, 2, "https://b.net") == "b");
    CHECK_FALSE(find_fresh(1));
  }}.join();
}

TEST_CASE("a hit by handle allocates no memory") {
  token_table table;
  publish(table, {{}, vault}, "T");
  REQUIRE(read_by_handle(table, 1, vault) == "T");
  const auto before = test::allocations_of_this_thread();
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(find_fresh(1));
  }
  CHECK(test::allocations_of_this_thread() == before);
}

TEST_CASE(
    "a handle finds the token that replaces its first one, and none after it has left the table") {
  token_table table;
  publish(table, {{}, vault}, "first");
  REQUIRE(read_by_handle(table, 1, vault) == "first");
  publish(table, {{}, "https://other.net"}, "other");
  const auto held = good(1);
  CHECK(text_of(held) == "first");
  publish(table, {{}, vault}, "second");
  CHECK_FALSE(find_fresh(1));
  // Reading by key drops the old copy while the handle still refers to it.
  CHECK(read_text(table, vault) == "second");
  CHECK_FALSE(find_fresh(1));
  CHECK(read_by_handle(table, 1, vault) == "second");
  CHECK(text_of(good(1)) == "second");
  REQUIRE(table.drop_oldest(0).size() == 2);
  CHECK_FALSE(find_fresh(1));
  CHECK(read_by_handle(table, 1, vault) == "nothing");
  publish(table, {{}, vault}, "again");
  CHECK(read_by_handle(table, 1, vault) == "again");
  table.close();
  CHECK_FALSE(find_fresh(1));
  CHECK(text_of(held) == "first");
}

TEST_CASE("handles that share an entry still find their own tokens") {
  token_table table;
  publish(table, {{}, "https://a.net"}, "a");
  publish(table, {{}, "https://b.net"}, "b");
  const auto distance = GENERATE(std::uint64_t{16}, thread_cache::max_tokens,
                                 std::uint64_t{thread_cache::max_tokens} << 8U);
  const auto other = 1 + distance;
  for (int i = 0; i < 3; ++i) {
    CHECK(read_by_handle(table, 1, "https://a.net") == "a");
    CHECK(read_by_handle(table, other, "https://b.net") == "b");
  }
  // Beyond the maximum number of entries, the last one stays.
  CHECK((find_fresh(1) != nullptr) == (distance < thread_cache::max_tokens));
  CHECK(find_fresh(other));
}

TEST_CASE("handles that are created for a single read use few entries and still find their token") {
  token_table table;
  publish(table, {{}, vault}, "T");
  std::size_t known = 0;
  std::thread{[&] {
    constexpr std::uint64_t many = 10'000;
    for (std::uint64_t handle = 1; handle <= many; ++handle) {
      REQUIRE(read_by_handle(table, handle, vault) == "T");
    }
    for (std::uint64_t handle = 1; handle <= many; ++handle) {
      known += find_fresh(handle) != nullptr ? 1 : 0;
    }
  }}.join();
  CHECK(known == 1'024);
}

}  // namespace thread_cache_handle_test
