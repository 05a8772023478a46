// The rules for exchanges, at the client and at the host: falsified histories have the expected
// violation.
#include "tests/chaos/correct_history.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal::chaos;
using Catch::Matchers::Contains;

TEST_CASE("two simultaneous exchanges for one key are a violation") {
  const auto text =
      only_violation([](history& h) { h.exchanges.push_back(exchange(vault, ms(149), ms(200))); });
  CHECK_THAT(text, Contains("began at 100.000 ms") && Contains("149.000 ms"));
}

TEST_CASE(
    "exchanges that begin during a longer one for their key are violations, even after a shorter "
    "one") {
  auto observed = correct_history();
  observed.exchanges.push_back(exchange(storage, ms(300), ms(310), 500));
  observed.exchanges.push_back(exchange(storage, ms(900), ms(910), 500));
  CHECK(found_in(observed).size() == 2);
}

TEST_CASE("an exchange may begin when another one for its key ends") {
  require_no_violation(
      [](history& h) { h.exchanges.push_back(exchange(vault, ms(150), ms(200))); });
}

TEST_CASE("more simultaneous exchanges than the host allows are a violation") {
  const auto more = [](int count) {
    return [=](history& h) {
      for (int i = 0; i < count; ++i) {
        const request_key key{"system-assigned", "https://" + std::to_string(i)};
        h.exchanges.push_back(exchange(key, ms(5'000 + i), ms(5'500)));
      }
    };
  };
  require_no_violation(more(5));
  CHECK_THAT(only_violation(more(6)), Contains("https://5 ") && Contains("6 in flight"));
}

TEST_CASE("more exchanges per second than the host allows are a violation") {
  const auto more = [](int last) {
    return [=](history& h) {
      for (int i = 0; i < 20; ++i) {
        h.exchanges.push_back(exchange(vault, ms(5'000 + i * 40), ms(5'010 + i * 40)));
      }
      h.exchanges.push_back(exchange(storage, ms(last), ms(last + 10)));
    };
  };
  require_no_violation(more(6'000));
  CHECK_THAT(only_violation(more(5'999)), Contains("number 21 within 999.000 ms"));
}

TEST_CASE("an exchange during the pause after a 429 is a violation") {
  const auto during = [](int started) {
    return [=](history& h) {
      h.exchanges.push_back(exchange(vault, ms(started), ms(started + 5), 503));
    };
  };
  // Nothing may be sent for a second after 1,250 ms, except within the tolerance.
  require_no_violation(during(1'500));
  CHECK_THAT(only_violation(during(1'501)), Contains("749.000 ms before the end of the pause"));
  CHECK_THAT(only_violation(during(2'249)), Contains("1.000 ms before the end of the pause"));
  require_no_violation(during(2'250));
}

TEST_CASE("a longer Retry-After makes the pause longer") {
  const auto text = only_violation([](history& h) { h.exchanges[3].retry_after = 1'060ms; });
  CHECK_THAT(text, Contains("2300.000 ms") && Contains("10.000 ms before"));
}

TEST_CASE("a request that only the transport sent is a violation at the host") {
  // Both earlier requests are in progress at the host, and no exchange has ended.
  const auto text = only_violation(
      [](history& h) { h.host_requests.push_back(arrival(vault, ms(110), ms(145))); });
  CHECK_THAT(text, Contains("reached the host at 110.000 ms") && Contains("3 in flight for"));
}

TEST_CASE("the end of an exchange excuses one request in progress at the host") {
  const auto abandoned = [](int count) {
    return [=](history& h) {
      h.exchanges.push_back(exchange(storage, ms(5'000), ms(5'100), 0));
      for (int i = 0; i < count; ++i) {
        h.host_requests.push_back(arrival(storage, ms(5'010 + i), ms(9'000), 0, "hang"));
      }
      h.exchanges.push_back(exchange(storage, ms(5'200), ms(5'300), 503));
      h.host_requests.push_back(arrival(storage, ms(5'210), ms(5'290), 503, "status"));
    };
  };
  require_no_violation(abandoned(1));
  auto observed = correct_history();
  abandoned(2)(observed);
  const auto found = found_in(observed);
  CAPTURE(found);
  // Once when the second request arrives, and once when the third one does: the end excuses only
  // one.
  REQUIRE(found.size() == 2);
  CHECK_THAT(found[0], Contains("5011.000 ms"));
  CHECK_THAT(found[1], Contains("5210.000 ms"));
}

TEST_CASE("the end of an exchange does not excuse a request that arrives later") {
  const auto text = only_violation([](history& h) {
    h.exchanges.push_back(exchange(storage, ms(5'000), ms(5'100), 0));
    h.host_requests.push_back(arrival(storage, ms(5'101), ms(5'900), 0, "hang"));
    h.host_requests.push_back(arrival(storage, ms(5'102), ms(5'900), 0, "hang"));
  });
  CHECK_THAT(text, Contains("2 in flight for"));
}

TEST_CASE("more simultaneous requests at the host than it allows are a violation") {
  const auto more = [](int count) {
    return [=](history& h) {
      for (int i = 0; i < count; ++i) {
        const request_key key{"system-assigned", "https://" + std::to_string(i)};
        h.host_requests.push_back(arrival(key, ms(5'000 + i), ms(5'500)));
      }
    };
  };
  require_no_violation(more(5));
  CHECK_THAT(only_violation(more(6)), Contains("one of 6 in flight,"));
}

TEST_CASE(
    "more requests per second at the host than it allows are a violation, except for delays") {
  const auto more = [](int last) {
    return [=](history& h) {
      for (int i = 0; i < 20; ++i) {
        h.host_requests.push_back(arrival(vault, ms(5'000 + i * 20), ms(5'010 + i * 20)));
      }
      h.host_requests.push_back(arrival(storage, ms(last), ms(last + 10)));
    };
  };
  require_no_violation(more(5'750));
  CHECK_THAT(only_violation(more(5'749)), Contains("number 21 within 749.000 ms"));
}
