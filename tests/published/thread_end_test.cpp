// What the thread-locals of a thread that ends still read.
#include "tests/published/thread_reads.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <thread>

namespace thread_end_test {

using namespace midas;
using namespace midas::detail;
using namespace midas::internal;
using namespace midas::internal::test::reads;

TEST_CASE("a thread that ends still reads tokens once its cache is gone, and makes no other") {
  token_table table;
  publish(table, {{}, vault}, "T");
  const auto slot = table.find_slot({{}, vault});
  struct last_reader {
    token_table& from;
    std::string& text;
    bool& has_cache;
    ~last_reader() {
      const bool had_cache = cache_of_this_thread != nullptr;
      text = read_text(from, vault);
      has_cache = had_cache || cache_of_this_thread != nullptr;
    }
  };
  std::string text;
  bool has_cache = true;
  std::thread{[&] {
    // Destroyed after the cache, which is created later.
    static thread_local const last_reader reader{table, text, has_cache};
    CHECK(read_text(table, vault) == "T");
    CHECK(cache_of_this_thread != nullptr);
    slot->last_used = 0;
  }}.join();
  CHECK(text == "T");
  CHECK_FALSE(has_cache);
  CHECK(table.hits().total() == 2);
  CHECK(slot->last_used != 0);
}

}  // namespace thread_end_test
