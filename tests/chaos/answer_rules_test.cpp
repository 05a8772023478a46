// The rules for answers: falsified histories have the expected violation.
#include "tests/chaos/correct_history.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal::chaos;
using Catch::Matchers::Contains;

TEST_CASE("a correct history passes") { CHECK(found_in(correct_history()).empty()); }

TEST_CASE("an empty history passes") { CHECK(found_in({}).empty()); }

TEST_CASE("a request without an answer is a violation") {
  const auto text = only_violation([](history& h) { h.requests[3].answers.clear(); });
  CHECK_THAT(text, Contains("request 4 ") && Contains("never answered"));
}

TEST_CASE("a request that is not due before the end of the history needs no answer") {
  require_no_violation(
      [](history& h) { h.requests.push_back(request(10, vault, ms(19'000), ms(19'900), {})); });
}

TEST_CASE("a request with two answers is a violation") {
  const auto text = only_violation(
      [](history& h) { h.requests[0].answers.push_back(h.requests[0].answers.front()); });
  CHECK_THAT(text, Contains("request 1 ") && Contains("2 times"));
}

TEST_CASE("a second answer after the end of its history is a violation") {
  const auto text = only_violation([](history& h) { h.answered_again = {77}; });
  CHECK_THAT(text, Contains("request 77 ") && Contains("answered again"));
}

TEST_CASE("an answer after the deadline and the tolerance is a violation") {
  const auto late = [](int at) {
    return [at](history& h) { h.requests[3].answers.front().at = ms(at); };
  };
  require_no_violation(late(650));
  CHECK_THAT(only_violation(late(651)), Contains("request 4 ") && Contains("251.000 ms after"));
}

TEST_CASE("a canceled request must be answered before its deadline") {
  const auto cancelled = [](int cancelled_at, int answered_at) {
    return [=](history& h) {
      h.requests[4].cancelled = ms(cancelled_at);
      h.requests[4].answers = {error_at(ms(answered_at), errc::cancelled)};
    };
  };
  require_no_violation(cancelled(500, 740));
  CHECK_THAT(only_violation(cancelled(500, 760)),
             Contains("request 5 ") && Contains("its cancellation"));
  CHECK_THAT(only_violation(cancelled(500, 499)), Contains("without having been canceled"));
  CHECK_THAT(
      only_violation([](history& h) { h.requests[3].answers.front().code = errc::cancelled; }),
      Contains("request 4 ") && Contains("without having been canceled"));
}

TEST_CASE("a deadline_exceeded error before the deadline is a violation") {
  const auto early = [](bool not_admitted) {
    return [=](history& h) {
      h.requests[3].answers.front().at = ms(399);
      h.requests[3].answers.front().not_admitted = not_admitted;
    };
  };
  CHECK_THAT(only_violation(early(false)), Contains("request 4 ") && Contains("1.000 ms before"));
  require_no_violation(early(true));
}

TEST_CASE("a service that shuts down answers all requests") {
  const auto shut_down = [](int answered_at) {
    return [=](history& h) {
      h.quiet_periods.clear();
      h.shut_down = ms(500);
      h.requests.erase(h.requests.begin() + 5, h.requests.end());
      h.requests[4].answers = {error_at(ms(answered_at), errc::shutting_down)};
    };
  };
  require_no_violation(shut_down(600));
  CHECK_THAT(only_violation(shut_down(760)),
             Contains("request 5 ") && Contains("the shutdown of the service"));
  CHECK_THAT(only_violation(shut_down(499)),
             Contains("request 5 ") && Contains("before the service was shut down"));
}

TEST_CASE("only an actor may get actor_terminated, and only after the shutdown") {
  const auto terminated = [](const std::string& caller, int shut_down, int answered_at) {
    return [=](history& h) {
      h.quiet_periods.clear();
      h.shut_down = ms(shut_down);
      h.requests = {request(1, storage, ms(400), ms(800),
                            {error_at(ms(answered_at), errc::actor_terminated)})};
      h.requests.front().caller = caller;
    };
  };
  require_no_violation(terminated("actor", 500, 500));
  CHECK_THAT(only_violation(terminated("actor", 500, 499)), Contains("the host cannot cause"));
  CHECK_THAT(only_violation(terminated("callback", 500, 500)), Contains("the host cannot cause"));
}

TEST_CASE("only a request with claims may fail because the host does not learn of them") {
  const auto refused = [](bool has_claims) {
    return [has_claims](history& h) {
      h.requests[5].has_claims = has_claims;
      h.requests[5].answers.front().code = errc::claims_not_supported;
    };
  };
  require_no_violation(refused(true));
  CHECK_THAT(only_violation(refused(false)), Contains("the host cannot cause"));
}

TEST_CASE("an error that the host cannot cause is a violation") {
  const auto code = GENERATE(errc::actor_terminated, errc::would_block, errc::invalid_resource,
                             errc::invalid_configuration, errc{});
  const auto text = only_violation([=](history& h) { h.requests[5].answers.front().code = code; });
  CHECK_THAT(text, Contains("request 6 ") && Contains("the host cannot cause"));
}
