// Which waiting exchange gets a slot, and which ones leave the queue. No test reads the clock.
#include "transport/curl/curl_host_queue.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

using midas::internal::curl_host_queue;
using midas::internal::curl_job;
using namespace std::chrono_literals;

namespace {

constexpr auto host = "http://127.0.0.1:80/path";
constexpr auto another_host = "http://127.0.0.1:81/path";

curl_host_queue::time_point at(std::chrono::seconds time) {
  return curl_host_queue::time_point{time};
}

curl_job job(std::uint64_t id, curl_host_queue::time_point deadline) {
  curl_job result;
  result.id = id;
  result.request.deadline = deadline;
  return result;
}

// A queue whose hosts have one slot each, which is taken.
struct busy_queue {
  curl_host_queue queue{1};

  curl_host_queue::host_quota& quota(const char* url = host) {
    auto& result = queue.quota_for(url);
    if (result.active == 0) {
      auto first = job(0, at(0s));
      REQUIRE(queue.acquire_slot(result, first));
    }
    return result;
  }

  void add(std::uint64_t id, curl_host_queue::time_point deadline, const char* url = host) {
    auto added = job(id, deadline);
    REQUIRE_FALSE(queue.acquire_slot(quota(url), added));
  }

  std::uint64_t next() {
    const auto job = queue.release_slot(quota());
    return job ? job->id : 0;
  }
};

std::vector<std::uint64_t> ids(const std::vector<curl_job>& jobs) {
  std::vector<std::uint64_t> result;
  for (const auto& job : jobs) {
    result.push_back(job.id);
  }
  return result;
}

using id_list = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("a slot passes to the waiting job with the earliest deadline, then to the oldest") {
  busy_queue waiting;
  waiting.add(1, at(9s));
  waiting.add(2, at(3s));
  waiting.add(3, at(3s));
  CHECK(waiting.next() == 2);
  CHECK(waiting.next() == 3);
  CHECK(waiting.next() == 1);
  CHECK(waiting.next() == 0);
}

TEST_CASE("jobs leave the queue at their deadline, those of every host, and not before") {
  busy_queue waiting;
  waiting.add(1, at(5s));
  waiting.add(2, at(3s));
  waiting.add(3, at(4s), another_host);
  waiting.add(4, at(7s));
  CHECK(waiting.queue.remove_expired(at(3s) - 1ns).empty());
  CHECK(ids(waiting.queue.remove_expired(at(3s))) == id_list{2});
  CHECK(ids(waiting.queue.remove_expired(at(6s))) == id_list{1, 3});
  CHECK(waiting.next() == 4);
  CHECK(waiting.queue.empty());
}

TEST_CASE("the queue reports its earliest deadline over all hosts") {
  busy_queue waiting;
  CHECK(waiting.queue.earliest_deadline() == curl_host_queue::time_point::max());
  waiting.add(1, at(5s));
  waiting.add(2, at(4s), another_host);
  CHECK(waiting.queue.earliest_deadline() == at(4s));
  CHECK(waiting.queue.remove(2));
  CHECK(waiting.queue.earliest_deadline() == at(5s));
}

TEST_CASE("a job is removed by its id once, whichever way it leaves the queue") {
  busy_queue waiting;
  waiting.add(1, at(1s));
  waiting.add(2, at(2s), another_host);
  waiting.add(3, at(3s));
  waiting.add(4, at(4s));
  const auto removed = waiting.queue.remove(2);
  REQUIRE(removed);
  CHECK(removed->id == 2);
  CHECK_FALSE(waiting.queue.remove(2));
  CHECK_FALSE(waiting.queue.remove(5));
  CHECK(waiting.queue.remove_expired(at(1s)).size() == 1);
  CHECK_FALSE(waiting.queue.remove(1));
  CHECK(waiting.next() == 3);
  CHECK_FALSE(waiting.queue.remove(3));
  CHECK(ids(waiting.queue.remove_all()) == id_list{4});
  CHECK(waiting.queue.empty());
}

TEST_CASE("each of many waiting jobs is removed without a search") {
  busy_queue waiting;
  constexpr std::uint64_t count = 40'000;
  for (std::uint64_t id = 1; id <= count; ++id) {
    waiting.add(id, at(std::chrono::seconds{id}));
  }
  // Processor time, since the machine may be busy. A search takes a hundred times as long.
  const auto start = std::clock();
  for (auto id = count; id != 0; --id) {
    REQUIRE(waiting.queue.remove(id));
  }
  CHECK(std::clock() - start < 2 * CLOCKS_PER_SEC);
  CHECK(waiting.queue.empty());
}

TEST_CASE("a job without a deadline waits until it is its turn") {
  busy_queue waiting;
  waiting.add(1, curl_host_queue::time_point::max());
  CHECK(waiting.queue.remove_expired(at(1'000'000s)).empty());
  CHECK(waiting.queue.earliest_deadline() == curl_host_queue::time_point::max());
  CHECK(ids(waiting.queue.remove_all()) == id_list{1});
}

TEST_CASE("the quota of an idle host is forgotten, but not while its slots are taken") {
  busy_queue waiting;
  auto* const taken = &waiting.quota();
  std::size_t most = 0;
  for (int port = 1; port <= 100; ++port) {
    waiting.queue.quota_for("http://127.0.0.1:" + std::to_string(1'000 + port));
    most = std::max(most, waiting.queue.hosts());
  }
  CHECK(&waiting.queue.quota_for(host) == taken);
  CHECK(taken->active == 1);
  CHECK(most == 32);
}

TEST_CASE("a limit of zero starts every job at once") {
  curl_host_queue queue{0};
  auto& quota = queue.quota_for(host);
  for (std::uint64_t id = 1; id <= 1'000; ++id) {
    auto started = job(id, at(0s));
    REQUIRE(queue.acquire_slot(quota, started));
  }
  CHECK(queue.empty());
}
