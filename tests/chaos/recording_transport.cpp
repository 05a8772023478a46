#include "tests/chaos/recording_transport.hpp"

#include "http/query_string.hpp"
#include "tests/chaos/chaos_keys.hpp"
#include "tests/chaos/token_reading.hpp"
#include "transport/responses/retry_after.hpp"

#include <string>

namespace midas::internal::chaos {

request_key key_of_url(std::string_view url) {
  const auto query = http::query_string::parse(url.substr(url.find('?') + 1));
  if (!query) {
    return {};
  }
  const auto* resource = query->find("resource");
  auto identity = managed_identity::system_assigned();
  if (const auto* id = query->find("client_id")) {
    identity = managed_identity::client_id(*id);
  } else if (const auto* object = query->find("object_id")) {
    identity = managed_identity::object_id(*object);
  } else if (const auto* path = query->find("msi_res_id")) {
    identity = managed_identity::resource_id(*path);
  }
  return key_of(identity, resource != nullptr ? *resource : std::string{});
}

namespace {

// The token in the simulator's response, without parsing JSON.
std::string_view token_in(std::string_view body) {
  constexpr std::string_view name = R"("access_token":")";
  const auto at = body.find(name);
  if (at == std::string_view::npos) {
    return {};
  }
  const auto token = body.substr(at + name.size());
  return token.substr(0, token.find('"'));
}

}  // namespace

recording_transport::~recording_transport() { target_->stop(); }

std::uint64_t recording_transport::start(http_request request, completion done) {
  wire_exchange exchange{.key = key_of_url(request.url)};
  std::uint64_t number = 0;
  {
    const std::lock_guard lock{mutex_};
    number = ++last_;
    exchange.started = std::chrono::steady_clock::now();
    exchanges_.emplace(number, std::move(exchange));
  }
  const auto at_target = target_->start(
      std::move(request), [this, number, done = std::move(done)](expected<http_response> outcome) {
        ended(number, outcome);
        done(std::move(outcome));
      });
  const std::lock_guard lock{mutex_};
  if (const auto found = exchanges_.find(number);
      found != exchanges_.end() && found->second.ended == time_point::max()) {
    numbers_at_target_.emplace(number, at_target);
  }
  return number;
}

void recording_transport::cancel(std::uint64_t id) {
  std::uint64_t at_target = 0;
  {
    const std::lock_guard lock{mutex_};
    const auto found = numbers_at_target_.find(id);
    if (found == numbers_at_target_.end()) {
      return;
    }
    at_target = found->second;
    auto& given_up = exchanges_.at(id);
    given_up.ended = std::chrono::steady_clock::now();
    // The client no longer waits for an answer, and drops one that comes at the same time.
    given_up.timed_out = true;
    numbers_at_target_.erase(found);
  }
  target_->cancel(at_target);
}

void recording_transport::ended(std::uint64_t number, const expected<http_response>& outcome) {
  const auto today = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::lock_guard lock{mutex_};
  numbers_at_target_.erase(number);
  const auto found = exchanges_.find(number);
  if (found == exchanges_.end() || found->second.ended != time_point::max()) {
    return;
  }
  // The transport has sent nothing.
  if (!outcome && outcome.error().code == errc::deadline_exceeded) {
    exchanges_.erase(found);
    return;
  }
  auto& exchange = found->second;
  if (outcome) {
    exchange.token_id = read_token(token_in(outcome->body)).id;
    exchange.status = outcome->status;
    exchange.retry_after = read_retry_after(*outcome, today);
  } else {
    exchange.timed_out = outcome.error().code == errc::request_timeout;
  }
  exchange.ended = std::chrono::steady_clock::now();
}

std::vector<wire_exchange> recording_transport::take(time_point since) {
  const std::lock_guard lock{mutex_};
  std::erase_if(exchanges_, [since](const auto& item) { return item.second.ended < since; });
  std::vector<wire_exchange> result;
  result.reserve(exchanges_.size());
  for (const auto& item : exchanges_) {
    result.push_back(item.second);
  }
  return result;
}

}  // namespace midas::internal::chaos
