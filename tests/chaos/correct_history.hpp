// A correct history, written by hand for the tests of the history checker, and what they need to
// falsify it.
#pragma once

#include "tests/chaos/history_checker.hpp"
#include "tests/support/catch.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::chaos {

using namespace std::chrono_literals;

inline const request_key vault{"system-assigned", "https://vault.example"};
inline const request_key vault_by_client_id{"client id 2", "https://vault.example"};
inline const request_key storage{"system-assigned", "https://storage.example"};

inline constexpr std::string_view system_client = "client-of-the-system";
inline constexpr std::string_view user_client = "client-of-user-assigned";

inline time_point ms(int count) { return time_point{1h} + std::chrono::milliseconds{count}; }

// Both clocks start at their epoch plus one hour.
inline wall_time wall(time_point at) {
  return wall_time{std::chrono::duration_cast<wall_time::duration>(at.time_since_epoch())};
}

inline std::string client_of(const request_key& key) {
  return std::string{key == vault_by_client_id ? user_client : system_client};
}

inline caller_answer token_at(time_point at, const request_key& key, std::string id,
                              std::chrono::seconds life = 10s) {
  caller_answer answer{.at = at, .wall = wall(at)};
  answer.token =
      token_facts{key.resource, client_of(key),
                  std::chrono::floor<std::chrono::seconds>(wall(at)) + life, std::move(id)};
  return answer;
}

inline caller_answer error_at(time_point at, errc code) {
  return {.at = at, .wall = wall(at), .code = code};
}

inline caller_request request(std::uint64_t id, const request_key& key, time_point started,
                              time_point deadline, std::vector<caller_answer> answers) {
  return {.id = id,
          .caller = "thread",
          .key = key,
          .client_id = client_of(key),
          .started = started,
          .deadline = deadline,
          .answers = std::move(answers)};
}

inline wire_exchange exchange(const request_key& key, time_point started, time_point ended,
                              int status = 200) {
  return {.key = key, .started = started, .ended = ended, .status = status};
}

inline host_request arrival(const request_key& key, time_point arrived, time_point ended,
                            int status = 200, std::string fault = {}) {
  return {arrived, ended, key.resource, status, std::move(fault)};
}

// Faults until 2,000 ms: the host fails, and the client abandons one exchange. Then a quiet period.
inline history correct_history() {
  history h;
  h.began = ms(0);
  h.ended = ms(20'000);
  h.quiet_periods = {{ms(2'000), ms(20'000)}};
  h.exchanges = {
      exchange(vault, ms(100), ms(150)),
      exchange(vault_by_client_id, ms(100), ms(160)),
      // Abandoned by the client while the host hangs until 1,700 ms.
      exchange(storage, ms(110), ms(1'110), 0),
      exchange(storage, ms(1'200), ms(1'250), 429),
      exchange(storage, ms(2'300), ms(2'350)),
      exchange(vault, ms(13'000), ms(13'050)),
  };
  h.host_requests = {
      arrival(vault, ms(105), ms(145)),
      arrival(vault_by_client_id, ms(105), ms(155)),
      arrival(storage, ms(115), ms(1'700), 0, "hang"),
      arrival(storage, ms(1'205), ms(1'245), 429, "status"),
      arrival(storage, ms(2'305), ms(2'345)),
      arrival(vault, ms(13'005), ms(13'045)),
  };
  h.requests = {
      request(1, vault, ms(95), ms(1'000), {token_at(ms(152), vault, "A")}),
      request(2, vault, ms(100), ms(1'000), {token_at(ms(152), vault, "A")}),
      request(3, vault_by_client_id, ms(100), ms(1'000),
              {token_at(ms(162), vault_by_client_id, "B")}),
      request(4, storage, ms(110), ms(400), {error_at(ms(402), errc::deadline_exceeded)}),
      request(5, storage, ms(110), ms(8'000), {token_at(ms(2'352), storage, "C")}),
      request(6, storage, ms(1'300), ms(1'500), {error_at(ms(1'301), errc::throttled)}),
      request(7, vault, ms(3'000), ms(3'100), {token_at(ms(3'000), vault, "A", 7s)}),
      request(8, vault, ms(12'999), ms(17'000), {token_at(ms(13'052), vault, "D")}),
      request(9, vault, ms(15'000), ms(15'100), {token_at(ms(15'000), vault, "D", 8s)}),
  };
  return h;
}

inline std::vector<std::string> found_in(const history& observed) { return check(observed, {}); }

// The only violation in the falsified history.
inline std::string only_violation(const std::function<void(history&)>& falsify,
                                  const history_bounds& bounds = {}) {
  auto observed = correct_history();
  falsify(observed);
  const auto found = check(observed, bounds);
  CAPTURE(found);
  REQUIRE(found.size() == 1);
  return found.front();
}

inline void require_no_violation(const std::function<void(history&)>& change) {
  auto observed = correct_history();
  change(observed);
  const auto found = found_in(observed);
  CAPTURE(found);
  CHECK(found.empty());
}

}  // namespace midas::internal::chaos
