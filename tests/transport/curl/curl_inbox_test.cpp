// How jobs reach the loop's thread. One thread plays both sides.
#include "transport/curl/curl_inbox.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

using midas::internal::curl_inbox;
using midas::internal::curl_job;
using namespace std::chrono_literals;

namespace {

std::uint64_t push_job(curl_inbox& inbox) {
  curl_job job;
  REQUIRE(inbox.push(job));
  return job.id;
}

std::vector<std::uint64_t> ids_of(const curl_inbox::batch& batch) {
  std::vector<std::uint64_t> result;
  for (const auto& job : batch.starts) {
    result.push_back(job.id);
  }
  return result;
}

using job_ids = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("everything that arrived is taken once, in its order") {
  curl_inbox inbox;
  const auto first = push_job(inbox);
  const auto second = push_job(inbox);
  inbox.cancel(first);
  CHECK(first != second);
  CHECK(inbox.accepted() == 2);
  curl_inbox::batch taken;
  inbox.wait(taken, {});
  CHECK(ids_of(taken) == job_ids{first, second});
  CHECK(taken.cancels == job_ids{first});
  CHECK_FALSE(taken.closed);
  for (int i = 0; i < 2; ++i) {
    inbox.wait(taken, {.time = 0ms});
    CHECK(taken.starts.empty());
    CHECK(taken.cancels.empty());
  }
}

TEST_CASE("a closed inbox accepts no job, which then stays with the caller, and no cancel") {
  curl_inbox inbox;
  push_job(inbox);
  inbox.close();
  curl_job late;
  late.request.url = "late";
  CHECK_FALSE(inbox.push(late));
  CHECK(late.id != 0);
  CHECK(late.request.url == "late");
  CHECK(inbox.accepted() == 1);
  inbox.cancel(late.id);
  curl_inbox::batch taken;
  inbox.wait(taken, {});
  CHECK(taken.starts.size() == 1);
  CHECK(taken.cancels.empty());
  CHECK(taken.closed);
}

TEST_CASE("a poll that fails at once does not let the loop spin") {
  curl_inbox inbox;
  const std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi{curl_multi_init(),
                                                                    &curl_multi_cleanup};
  curl_inbox::batch taken;
  const auto start = std::chrono::steady_clock::now();
  // libcurl refuses a negative time.
  inbox.wait(taken, {multi.get(), -1ms});
  CHECK(std::chrono::steady_clock::now() - start >= 10ms);
}
