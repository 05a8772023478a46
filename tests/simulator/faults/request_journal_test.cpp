#include "simulator/faults/request_journal.hpp"

#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using simulator::request_journal;
using time_point = journal_entry::time_point;

namespace {

constexpr time_point journal_start{1h};

std::vector<std::string> resources_of(const request_journal& journal) {
  std::vector<std::string> result;
  for (const auto& entry : journal.snapshot()) {
    result.push_back(entry.resource);
  }
  return result;
}

}  // namespace

TEST_CASE("a journal keeps the newest entries, oldest first") {
  request_journal journal(3);
  CHECK(journal.snapshot().empty());
  for (const auto* resource : {"a", "b"}) {
    journal.begin({.resource = resource});
  }
  CHECK(resources_of(journal) == std::vector<std::string>{"a", "b"});
  for (const auto* resource : {"c", "d", "e"}) {
    journal.begin({.resource = resource});
  }
  CHECK(resources_of(journal) == std::vector<std::string>{"c", "d", "e"});
  journal.begin({.resource = "f"});
  journal.begin({.resource = "g"});
  CHECK(resources_of(journal) == std::vector<std::string>{"e", "f", "g"});
}

TEST_CASE("a journal updates the entries that it still keeps") {
  request_journal journal(2);
  const auto first = journal.begin({.arrived = journal_start});
  const auto second = journal.begin({.arrived = journal_start + 1ms});
  const auto third = journal.begin({.arrived = journal_start + 2ms});
  journal.answered(first, 500, journal_start + 9ms);
  journal.ended(first, journal_start + 9ms);
  journal.answered(second, 200, journal_start + 3ms);
  journal.ended(second, journal_start + 4ms);
  const auto entries = journal.snapshot();
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].status == 200);
  CHECK(entries[0].answered == journal_start + 3ms);
  CHECK(entries[0].ended == journal_start + 4ms);
  CHECK(entries[1].status == 0);
  CHECK(entries[1].answered == time_point::max());
  CHECK(entries[1].ended == time_point::max());
  journal.ended(third, journal_start + 5ms);
  CHECK(journal.snapshot()[1].ended == journal_start + 5ms);
  CHECK(journal.snapshot()[1].answered == time_point::max());
}

TEST_CASE("a journal without capacity numbers its entries but keeps none") {
  request_journal journal(0);
  CHECK_FALSE(journal.keeps_any());
  CHECK(journal.begin({}) == 1);
  CHECK(journal.begin({}) == 2);
  journal.answered(1, 200, journal_start);
  journal.ended(1, journal_start);
  CHECK(journal.snapshot().empty());
}

TEST_CASE("the JSON of a journal has milliseconds since the start, and null for unset times") {
  const std::vector<journal_entry> entries{{.arrived = journal_start + 1500us,
                                            .answered = journal_start + 2ms,
                                            .ended = journal_start + 3ms,
                                            .resource = "https://\"vault\"",
                                            .client_id = "id",
                                            .status = 200,
                                            .fault = "latency"},
                                           {.arrived = journal_start + 1h}};
  const auto json = parse_object(to_json(entries, journal_start));
  const auto& list = json["entries"];
  REQUIRE(list.Size() == 2);
  CHECK(list[0]["arrived"].GetDouble() == 1.5);
  CHECK(list[0]["answered"].GetDouble() == 2);
  CHECK(list[0]["ended"].GetDouble() == 3);
  CHECK(text_of(list[0], "resource") == "https://\"vault\"");
  CHECK(text_of(list[0], "client_id") == "id");
  CHECK(list[0]["status"].GetInt() == 200);
  CHECK(text_of(list[0], "fault") == "latency");
  CHECK(list[1]["arrived"].GetDouble() == 3'600'000);
  CHECK(list[1]["answered"].IsNull());
  CHECK(list[1]["ended"].IsNull());
  CHECK(list[1]["status"].GetInt() == 0);
}
