// Many threads use one table, for the thread sanitizer.
#include "published/token_table.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace token_table_thread_test {

using namespace std::chrono_literals;
using midas::token_key;
using midas::internal::boot_clock;
using midas::internal::clock_reading;
using midas::internal::token_table;
using std::chrono::seconds;

namespace {

const clock_reading now{std::chrono::sys_seconds{1'900'000'000s}, boot_clock::time_point{5'000s}};

token_key key(int number) { return {{}, "resource-" + std::to_string(number)}; }

midas::access_token token_of(int number, int version) {
  midas::token_grant grant;
  grant.token = midas::secret{std::to_string(number) + "/" + std::to_string(version)};
  grant.expires_on = now.wall + 24h;
  return {grant, midas::token_source::identity_provider};
}

midas::internal::token_validity lasting(seconds usable, seconds refresh_in,
                                        const clock_reading& from) {
  return {.end = from + usable, .refresh_at = from.boot + refresh_in};
}

void run_at_once(const std::vector<std::function<void()>>& tasks) {
  std::atomic<std::size_t> ready = 0;
  std::vector<std::thread> threads;
  threads.reserve(tasks.size());
  for (const auto& task : tasks) {
    threads.emplace_back([&ready, &task, &tasks] {
      ++ready;
      while (ready < tasks.size()) {
        std::this_thread::yield();
      }
      task();
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
}

}  // namespace

TEST_CASE("many threads look up while others publish and drop, and each sees a whole token") {
  constexpr int key_count = 4;
  constexpr int enough = 2'000;
  token_table table;
  for (int i = 0; i < key_count; ++i) {
    table.publish(key(i), token_of(i, 0), lasting(1h, 10s, now), now);
  }
  std::atomic<int> wrong = 0;
  // The writers go on until the readers have found enough tokens.
  std::atomic<int> reading = 2;
  const auto read = [&] {
    for (int i = 0, found = 0; found < enough; ++i) {
      const auto number = i % key_count;
      const auto at = now + seconds{i % 20};
      if (const auto token = table.find(key(number), at)) {
        ++found;
        wrong += token->token.token().reveal().starts_with(std::to_string(number) + "/") ? 0 : 1;
      }
      wrong += table.time_left(key(number), at) > 2h ? 1 : 0;
    }
    --reading;
  };
  const auto write = [&] {
    for (int i = 1; reading > 0; ++i) {
      const auto number = i % key_count;
      const auto at = now + seconds{i % 20};
      table.publish(key(number), token_of(number, i), lasting(1h, 10s, at), at);
      table.postpone_refresh(key(i * 3 % key_count), at.boot + 5s);
    }
  };
  const auto sweep = [&] {
    for (int i = 0; reading > 0; ++i) {
      const auto at = now + seconds{i % 20};
      for (const auto& planned : table.all_slots()) {
        const auto [step, key, reason] = table.begin_refresh(*planned, at);
        if (step == token_table::refresh_step::begun) {
          table.postpone_refresh(key, at.boot + 5s);
        }
      }
      table.drop_idle(at, 15s);
      table.drop_oldest(key_count - 1);
      wrong += table.size() > key_count ? 1 : 0;
    }
  };
  run_at_once({read, read, write, sweep});
  CHECK(wrong == 0);
  // The remaining tokens are as intact as if one thread had published them.
  const auto planned = table.all_slots();
  CHECK(planned.size() == table.size());
  for (const auto& each : planned) {
    CHECK(table.begin_refresh(*each, now + 40s).step == token_table::refresh_step::begun);
  }
}

TEST_CASE("of many threads that look up a token with an overdue refresh, one must report it") {
  token_table table;
  for (int round = 0; round < 200; ++round) {
    const auto at = now + seconds{round};
    table.publish(key(0), token_of(0, round), lasting(1h, 0s, at), at);
    std::atomic<int> told = 0;
    const auto look = [&] {
      for (int i = 0; i < 20; ++i) {
        told += table.find(key(0), at)->refresh_overdue ? 1 : 0;
      }
    };
    run_at_once({look, look, look, look});
    REQUIRE(told == 1);
  }
}

}  // namespace token_table_thread_test
