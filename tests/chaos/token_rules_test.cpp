// The rules for tokens and for recovery: falsified histories have the expected violation.
#include "tests/chaos/correct_history.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal::chaos;
using Catch::Matchers::Contains;

TEST_CASE("an expired token is a violation") {
  const auto expired_for = [](std::chrono::milliseconds late) {
    return [=](history& h) {
      auto& answer = h.requests[6].answers.front();
      answer.wall = answer.token->expires_on + late;
    };
  };
  require_no_violation(expired_for(250ms));
  CHECK_THAT(only_violation(expired_for(251ms)),
             Contains("request 7 ") && Contains("251.000 ms after its expiry"));
}

TEST_CASE("a token of a different resource is a violation") {
  const auto text = only_violation(
      [](history& h) { h.requests[1].answers.front().token->resource = storage.resource; });
  CHECK_THAT(text, Contains("request 2 ") && Contains(storage.resource));
}

TEST_CASE("a token of a different identity is a violation") {
  const auto text = only_violation(
      [](history& h) { h.requests[2].answers.front().token->client_id = system_client; });
  CHECK_THAT(text, Contains("request 3 ") && Contains(std::string{system_client}));
}

TEST_CASE("an unreadable token is a violation") {
  const auto text =
      only_violation([](history& h) { h.requests[2].answers.front().token = token_facts{}; });
  CHECK_THAT(text, Contains("request 3 ") && Contains("unreadable token"));
}

TEST_CASE("a request without a token long after the faults ended is a violation") {
  const auto failed = [](int started) {
    return [=](history& h) {
      h.requests[7] = request(8, storage, ms(started), ms(started + 4'000),
                              {error_at(ms(started + 10), errc::service_unavailable)});
      h.requests.pop_back();
    };
  };
  require_no_violation(failed(11'999));
  CHECK_THAT(only_violation(failed(12'000)), Contains("request 8 ") &&
                                                 Contains("10000.000 ms after the faults ended") &&
                                                 Contains("service_unavailable"));
  // The quiet period must last, too.
  CHECK_THAT(only_violation(failed(15'950)), Contains("request 8 "));
  require_no_violation(failed(17'001));
}

TEST_CASE("a request with a short timeout may fail after the faults ended") {
  require_no_violation([](history& h) {
    h.requests.push_back(request(10, storage, ms(14'000), ms(16'999),
                                 {error_at(ms(14'500), errc::service_unavailable)}));
  });
}

TEST_CASE("a late token after the faults ended is a violation") {
  const auto after = [](int wait) {
    return [=](history& h) {
      h.requests.push_back(request(10, storage, ms(14'000), ms(19'000),
                                   {token_at(ms(14'000 + wait), storage, "E")}));
    };
  };
  require_no_violation(after(3'250));
  CHECK_THAT(only_violation(after(3'251)), Contains("request 10 ") && Contains("late, after"));
}

TEST_CASE("an error while a token is cached is a violation") {
  const auto failed = [](int started) {
    return [=](history& h) {
      h.requests.push_back(request(10, vault, ms(started), ms(started + 500),
                                   {error_at(ms(started + 10), errc::service_unavailable)}));
    };
  };
  // Token A is certainly cached from 152 ms, when a caller received it, to 3,000 ms, when another
  // request started and got it.
  require_no_violation(failed(151));
  CHECK_THAT(only_violation(failed(152)), Contains("request 10 ") && Contains("was cached"));
  CHECK_THAT(only_violation(failed(2'990)), Contains("request 10 ") && Contains("was cached"));
  require_no_violation(failed(2'991));
  require_no_violation([](history& h) {
    h.requests.push_back(request(10, storage, ms(1'600), ms(1'900),
                                 {error_at(ms(1'610), errc::service_unavailable)}));
  });
}

TEST_CASE("a forced refresh may fail while a token is cached") {
  require_no_violation([](history& h) {
    h.requests.push_back(
        request(10, vault, ms(1'000), ms(1'500), {error_at(ms(1'010), errc::service_unavailable)}));
    h.requests.back().force_refresh = true;
  });
}

TEST_CASE("a token that the host issued again may have been dropped in between") {
  require_no_violation([](history& h) {
    h.exchanges.push_back(exchange(vault, ms(2'500), ms(2'510)));
    h.requests.push_back(
        request(10, vault, ms(1'000), ms(1'500), {error_at(ms(1'010), errc::service_unavailable)}));
  });
}

TEST_CASE("a wait while a token is cached is a violation") {
  const auto waited = [](int time) {
    return [=](history& h) {
      h.requests.push_back(
          request(10, vault, ms(1'000), ms(3'000), {token_at(ms(1'000 + time), vault, "A")}));
    };
  };
  require_no_violation(waited(250));
  CHECK_THAT(only_violation(waited(251)), Contains("request 10 ") && Contains("waited 251.000 ms"));
}
