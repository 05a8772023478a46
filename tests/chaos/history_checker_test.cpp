// The checker on histories made by hand: a true one passes, and each lie is found.
#include "tests/chaos/history_checker.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::chaos;

namespace {

const asked_key vault{"system-assigned", "https://vault.example"};
const asked_key vault_of_another{"client id 2", "https://vault.example"};
const asked_key storage{"system-assigned", "https://storage.example"};

constexpr std::string_view system_client = "client-of-the-system";
constexpr std::string_view other_client = "client-of-another";

time_point ms(int count) { return time_point{1h} + std::chrono::milliseconds{count}; }

// The two clocks tell the same time, 1 h after the begin of both.
wall_time wall(time_point at) {
  return wall_time{std::chrono::duration_cast<wall_time::duration>(at.time_since_epoch())};
}

std::string client_of(const asked_key& key) {
  return std::string{key == vault_of_another ? other_client : system_client};
}

caller_answer token_at(time_point at, const asked_key& key, std::string id,
                       std::chrono::seconds life = 10s) {
  caller_answer answer{.at = at, .wall = wall(at)};
  answer.token =
      token_facts{key.resource, client_of(key),
                  std::chrono::floor<std::chrono::seconds>(wall(at)) + life, std::move(id)};
  return answer;
}

caller_answer error_at(time_point at, errc code) {
  return {.at = at, .wall = wall(at), .code = code};
}

// Waits from `asked` until `deadline`, and is answered so.
caller_request request(std::uint64_t id, const asked_key& key, time_point asked,
                       time_point deadline, std::vector<caller_answer> answers) {
  return {.id = id,
          .caller = "thread",
          .key = key,
          .client_id = client_of(key),
          .asked = asked,
          .deadline = deadline,
          .answers = std::move(answers)};
}

wire_exchange exchange(const asked_key& key, time_point started, time_point ended,
                       int status = 200) {
  return {.key = key, .started = started, .ended = ended, .status = status};
}

host_request arrival(const asked_key& key, time_point arrived, time_point ended, int status = 200,
                     std::string fault = {}) {
  return {arrived, ended, key.resource, status, std::move(fault)};
}

// A storm until 2,000 ms, in which the host fails and one exchange is abandoned; then calm.
history true_history() {
  history h;
  h.began = ms(0);
  h.ended = ms(20'000);
  h.calms = {{ms(2'000), ms(20'000)}};
  h.exchanges = {
      exchange(vault, ms(100), ms(150)),
      exchange(vault_of_another, ms(100), ms(160)),
      // Given up by the client, while the host hangs until 1,700 ms.
      exchange(storage, ms(110), ms(1'110), 0),
      exchange(storage, ms(1'200), ms(1'250), 429),
      exchange(storage, ms(2'300), ms(2'350)),
      exchange(vault, ms(13'000), ms(13'050)),
  };
  h.host_requests = {
      arrival(vault, ms(105), ms(145)),
      arrival(vault_of_another, ms(105), ms(155)),
      arrival(storage, ms(115), ms(1'700), 0, "hang"),
      arrival(storage, ms(1'205), ms(1'245), 429, "status"),
      arrival(storage, ms(2'305), ms(2'345)),
      arrival(vault, ms(13'005), ms(13'045)),
  };
  h.requests = {
      request(1, vault, ms(95), ms(1'000), {token_at(ms(152), vault, "A")}),
      request(2, vault, ms(100), ms(1'000), {token_at(ms(152), vault, "A")}),
      request(3, vault_of_another, ms(100), ms(1'000), {token_at(ms(162), vault_of_another, "B")}),
      request(4, storage, ms(110), ms(400), {error_at(ms(402), errc::deadline_exceeded)}),
      request(5, storage, ms(110), ms(8'000), {token_at(ms(2'352), storage, "C")}),
      request(6, storage, ms(1'300), ms(1'500), {error_at(ms(1'301), errc::throttled)}),
      request(7, vault, ms(3'000), ms(3'100), {token_at(ms(3'000), vault, "A", 7s)}),
      request(8, vault, ms(12'999), ms(17'000), {token_at(ms(13'052), vault, "D")}),
      request(9, vault, ms(15'000), ms(15'100), {token_at(ms(15'000), vault, "D", 8s)}),
  };
  return h;
}

std::vector<std::string> found_in(const history& what) { return check(what, {}); }

// The text of the one violation that is to be found.
std::string only_violation(const std::function<void(history&)>& falsify,
                           const history_bounds& bounds = {}) {
  auto what = true_history();
  falsify(what);
  const auto found = check(what, bounds);
  CAPTURE(found);
  REQUIRE(found.size() == 1);
  return found.front();
}

void require_no_violation(const std::function<void(history&)>& change) {
  auto what = true_history();
  change(what);
  const auto found = found_in(what);
  CAPTURE(found);
  CHECK(found.empty());
}

using Catch::Matchers::Contains;

}  // namespace

TEST_CASE("a true history passes") { CHECK(found_in(true_history()).empty()); }

TEST_CASE("an empty history passes") { CHECK(found_in({}).empty()); }

TEST_CASE("a request that is never answered is found") {
  const auto text = only_violation([](history& h) { h.requests[3].answers.clear(); });
  CHECK_THAT(text, Contains("request 4 ") && Contains("never answered"));
}

TEST_CASE("a request whose time has not come when the history ends need not be answered") {
  require_no_violation(
      [](history& h) { h.requests.push_back(request(10, vault, ms(19'000), ms(19'900), {})); });
}

TEST_CASE("a request that is answered twice is found") {
  const auto text = only_violation(
      [](history& h) { h.requests[0].answers.push_back(h.requests[0].answers.front()); });
  CHECK_THAT(text, Contains("request 1 ") && Contains("2 times"));
}

TEST_CASE("a second answer that comes after its history has ended is found") {
  const auto text = only_violation([](history& h) { h.answered_again = {77}; });
  CHECK_THAT(text, Contains("request 77 ") && Contains("once more"));
}

TEST_CASE("an answer after the deadline and the tolerance is found") {
  const auto late = [](int at) {
    return [at](history& h) { h.requests[3].answers.front().at = ms(at); };
  };
  require_no_violation(late(650));
  CHECK_THAT(only_violation(late(651)), Contains("request 4 ") && Contains("251.000 ms after"));
}

TEST_CASE("a caller that cancels need not wait until the deadline") {
  const auto cancelled = [](int cancelled_at, int answered_at) {
    return [=](history& h) {
      h.requests[4].cancelled = ms(cancelled_at);
      h.requests[4].answers = {error_at(ms(answered_at), errc::cancelled)};
    };
  };
  require_no_violation(cancelled(500, 740));
  CHECK_THAT(only_violation(cancelled(500, 760)), Contains("request 5 ") && Contains("cancelled"));
  CHECK_THAT(only_violation(cancelled(500, 499)), Contains("had not asked"));
  CHECK_THAT(
      only_violation([](history& h) { h.requests[3].answers.front().code = errc::cancelled; }),
      Contains("request 4 ") && Contains("had not asked"));
}

TEST_CASE("a deadline that is said to be exceeded before it has come is found") {
  const auto early = [](bool turn_too_late) {
    return [=](history& h) {
      h.requests[3].answers.front().at = ms(399);
      h.requests[3].answers.front().turn_too_late = turn_too_late;
    };
  };
  CHECK_THAT(only_violation(early(false)), Contains("request 4 ") && Contains("1.000 ms before"));
  require_no_violation(early(true));
}

TEST_CASE("a service that shuts down answers everybody") {
  const auto shut_down = [](int answered_at) {
    return [=](history& h) {
      h.calms.clear();
      h.shut_down = ms(500);
      h.requests.erase(h.requests.begin() + 5, h.requests.end());
      h.requests[4].answers = {error_at(ms(answered_at), errc::shutting_down)};
    };
  };
  require_no_violation(shut_down(600));
  CHECK_THAT(only_violation(shut_down(760)), Contains("request 5 ") && Contains("shut down"));
  CHECK_THAT(only_violation(shut_down(499)), Contains("request 5 ") && Contains("not shut down"));
}

TEST_CASE("an actor, and no other, may find the actors gone once the service has shut down") {
  const auto gone = [](const std::string& caller, int shut_down, int answered_at) {
    return [=](history& h) {
      h.calms.clear();
      h.shut_down = ms(shut_down);
      h.requests = {request(1, storage, ms(400), ms(800),
                            {error_at(ms(answered_at), errc::actor_terminated)})};
      h.requests.front().caller = caller;
    };
  };
  require_no_violation(gone("actor", 500, 500));
  CHECK_THAT(only_violation(gone("actor", 500, 499)), Contains("no host"));
  CHECK_THAT(only_violation(gone("callback", 500, 500)), Contains("no host"));
}

TEST_CASE("an error that no host can cause is found") {
  const auto code = GENERATE(errc::actor_terminated, errc::would_block, errc::invalid_resource,
                             errc::invalid_configuration, errc{});
  const auto text = only_violation([=](history& h) { h.requests[5].answers.front().code = code; });
  CHECK_THAT(text, Contains("request 6 ") && Contains("no host"));
}

TEST_CASE("a token that is expired when it is handed out is found") {
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

TEST_CASE("a token of another resource is found") {
  const auto text = only_violation(
      [](history& h) { h.requests[1].answers.front().token->resource = storage.resource; });
  CHECK_THAT(text, Contains("request 2 ") && Contains(storage.resource));
}

TEST_CASE("a token of another identity is found") {
  const auto text = only_violation(
      [](history& h) { h.requests[2].answers.front().token->client_id = system_client; });
  CHECK_THAT(text, Contains("request 3 ") && Contains(std::string{system_client}));
}

TEST_CASE("what is no token is found") {
  const auto text =
      only_violation([](history& h) { h.requests[2].answers.front().token = token_facts{}; });
  CHECK_THAT(text, Contains("request 3 ") && Contains("no token"));
}

TEST_CASE("two exchanges for one key at once are found") {
  const auto text =
      only_violation([](history& h) { h.exchanges.push_back(exchange(vault, ms(149), ms(200))); });
  CHECK_THAT(text, Contains("begun at 100.000 ms") && Contains("149.000 ms"));
}

TEST_CASE("an exchange that begins within a longer one is found, even after a shorter one") {
  auto what = true_history();
  what.exchanges.push_back(exchange(storage, ms(300), ms(310), 500));
  what.exchanges.push_back(exchange(storage, ms(900), ms(910), 500));
  CHECK(found_in(what).size() == 2);
}

TEST_CASE("an exchange that begins as another of its key ends is right") {
  require_no_violation(
      [](history& h) { h.exchanges.push_back(exchange(vault, ms(150), ms(200))); });
}

TEST_CASE("more exchanges at once than the host allows are found") {
  const auto more = [](int count) {
    return [=](history& h) {
      for (int i = 0; i < count; ++i) {
        const asked_key key{"system-assigned", "https://" + std::to_string(i)};
        h.exchanges.push_back(exchange(key, ms(5'000 + i), ms(5'500)));
      }
    };
  };
  require_no_violation(more(5));
  CHECK_THAT(only_violation(more(6)), Contains("https://5 ") && Contains("6 in flight"));
}

TEST_CASE("more exchanges in a second than the host allows are found") {
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

TEST_CASE("an exchange within the pause that a 429 asks for is found") {
  const auto during = [](int started) {
    return [=](history& h) {
      h.exchanges.push_back(exchange(vault, ms(started), ms(started + 5), 503));
    };
  };
  // Nothing is sent for a second after 1,250 ms, but for what was under way to the wire by then.
  require_no_violation(during(1'500));
  CHECK_THAT(only_violation(during(1'501)), Contains("749.000 ms before the end of the pause"));
  CHECK_THAT(only_violation(during(2'249)), Contains("1.000 ms before the end of the pause"));
  require_no_violation(during(2'250));
}

TEST_CASE("a host that asks for longer than a second is left alone for longer") {
  const auto text = only_violation([](history& h) { h.exchanges[3].retry_after = 1'060ms; });
  CHECK_THAT(text, Contains("2300.000 ms") && Contains("10.000 ms before"));
}

TEST_CASE("what a transport sends of its own accord is found at the host") {
  // The host is still at both of those before it, though no exchange has ended.
  const auto text = only_violation(
      [](history& h) { h.host_requests.push_back(arrival(vault, ms(110), ms(145))); });
  CHECK_THAT(text, Contains("reached the host at 110.000 ms") && Contains("3 in flight for"));
}

TEST_CASE("an end excuses one request that the host is still at, and no more") {
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
  auto what = true_history();
  abandoned(2)(what);
  const auto found = found_in(what);
  CAPTURE(found);
  // When the second arrives, and once more when the third does, of which an end excuses one.
  REQUIRE(found.size() == 2);
  CHECK_THAT(found[0], Contains("5011.000 ms"));
  CHECK_THAT(found[1], Contains("5210.000 ms"));
}

TEST_CASE("an end before a request arrived does not excuse it") {
  const auto text = only_violation([](history& h) {
    h.exchanges.push_back(exchange(storage, ms(5'000), ms(5'100), 0));
    h.host_requests.push_back(arrival(storage, ms(5'101), ms(5'900), 0, "hang"));
    h.host_requests.push_back(arrival(storage, ms(5'102), ms(5'900), 0, "hang"));
  });
  CHECK_THAT(text, Contains("2 in flight for"));
}

TEST_CASE("more requests at the host at once than it allows are found") {
  const auto more = [](int count) {
    return [=](history& h) {
      for (int i = 0; i < count; ++i) {
        const asked_key key{"system-assigned", "https://" + std::to_string(i)};
        h.host_requests.push_back(arrival(key, ms(5'000 + i), ms(5'500)));
      }
    };
  };
  require_no_violation(more(5));
  CHECK_THAT(only_violation(more(6)), Contains("one of 6 in flight,"));
}

TEST_CASE("more requests in a second than the host allows are found, but for delays on the way") {
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

TEST_CASE("a request that gets no token though the faults have long been over is found") {
  const auto refused = [](int asked) {
    return [=](history& h) {
      h.requests[7] = request(8, storage, ms(asked), ms(asked + 4'000),
                              {error_at(ms(asked + 10), errc::service_unavailable)});
      h.requests.pop_back();
    };
  };
  require_no_violation(refused(11'999));
  CHECK_THAT(only_violation(refused(12'000)), Contains("request 8 ") &&
                                                  Contains("10000.000 ms after the faults ended") &&
                                                  Contains("service_unavailable"));
  // The calm has to last, too.
  CHECK_THAT(only_violation(refused(15'950)), Contains("request 8 "));
  require_no_violation(refused(17'001));
}

TEST_CASE("a request that cannot wait for service need not be served") {
  require_no_violation([](history& h) {
    h.requests.push_back(request(10, storage, ms(14'000), ms(16'999),
                                 {error_at(ms(14'500), errc::service_unavailable)}));
  });
}

TEST_CASE("a token that comes too late after the faults have ended is found") {
  const auto after = [](int wait) {
    return [=](history& h) {
      h.requests.push_back(request(10, storage, ms(14'000), ms(19'000),
                                   {token_at(ms(14'000 + wait), storage, "E")}));
    };
  };
  require_no_violation(after(3'250));
  CHECK_THAT(only_violation(after(3'251)), Contains("request 10 ") && Contains("only after"));
}

TEST_CASE("an error while a token is at hand is found") {
  const auto refused = [](int asked) {
    return [=](history& h) {
      h.requests.push_back(request(10, vault, ms(asked), ms(asked + 500),
                                   {error_at(ms(asked + 10), errc::service_unavailable)}));
    };
  };
  // A is known to be there from 152 ms, when it was handed out, until 3,000 ms, when it was asked
  // for again.
  require_no_violation(refused(151));
  CHECK_THAT(only_violation(refused(152)), Contains("request 10 ") && Contains("at hand"));
  CHECK_THAT(only_violation(refused(2'990)), Contains("request 10 ") && Contains("at hand"));
  require_no_violation(refused(2'991));
  require_no_violation([](history& h) {
    h.requests.push_back(request(10, storage, ms(1'600), ms(1'900),
                                 {error_at(ms(1'610), errc::service_unavailable)}));
  });
}

TEST_CASE("an error to one whom the token at hand does not help is none") {
  require_no_violation([](history& h) {
    h.requests.push_back(
        request(10, vault, ms(1'000), ms(1'500), {error_at(ms(1'010), errc::service_unavailable)}));
    h.requests.back().force_refresh = true;
  });
}

TEST_CASE("a token that the host has given again may have been forgotten meanwhile") {
  require_no_violation([](history& h) {
    h.exchanges.push_back(exchange(vault, ms(2'500), ms(2'510)));
    h.requests.push_back(
        request(10, vault, ms(1'000), ms(1'500), {error_at(ms(1'010), errc::service_unavailable)}));
  });
}

TEST_CASE("a wait while a token is at hand is found") {
  const auto waited = [](int time) {
    return [=](history& h) {
      h.requests.push_back(
          request(10, vault, ms(1'000), ms(3'000), {token_at(ms(1'000 + time), vault, "A")}));
    };
  };
  require_no_violation(waited(250));
  CHECK_THAT(only_violation(waited(251)), Contains("request 10 ") && Contains("waited 251.000 ms"));
}
