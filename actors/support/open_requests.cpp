#include "actors/support/open_requests.hpp"

#include <functional>
#include <string>
#include <utility>

namespace midas::internal {

namespace {

// Never 0, which means that nothing is known. A collision would only make two identities or keys
// share a limit.
std::size_t number_of(std::size_t hash) noexcept { return hash == 0 ? 1 : hash; }

std::size_t identity_of(const http_request& request) {
  return request.key ? number_of(token_key_hash{}({request.key->token.identity, {}})) : 0;
}

std::size_t key_of(const http_request& request) {
  return request.key ? number_of(token_key_hash{}(request.key->token) ^
                                 std::hash<std::string>{}(request.key->claims))
                     : 0;
}

}  // namespace

void open_request::answer(expected<http_response> outcome) {
  if (outcome) {
    promise.deliver(*std::move(outcome));
  } else if (outcome.error().code == errc::deadline_exceeded) {
    // Never sent: the request waited in the transport until its deadline. Later waiters may still
    // be served.
    promise.deliver(to_caf_error(not_admitted{{}, outcome.error()}));
  } else {
    promise.deliver(to_caf_error(outcome.error()));
  }
}

void open_request::cancel(http_transport& transport) const {
  if (exchange) {
    transport.cancel(*exchange);
  }
}

admission_queue::request open_requests::next(const http_request& request) const {
  return {last_id_ + 1, request.deadline, request.lane, request.purpose, identity_of(request)};
}

void open_requests::add(http_request request, caf_compat::promise<http_response> promise) {
  const auto id = ++last_id_;
  const auto ticket = request.ticket;
  const auto key = key_of(request);
  if (ticket != 0) {
    tickets_.insert_or_assign(ticket, id);
  }
  requests_.emplace(id,
                    open_request{id, std::move(request), std::move(promise), ticket, key, {}, {}});
}

http_request open_requests::begin(open_request& admitted, time_point now) {
  auto& request = admitted.request;
  admitted.place = held_place{std::move(request.key), now, now + request.total_timeout};
  places_.emplace(admitted.id, *admitted.place);
  return std::move(request);
}

std::optional<std::uint64_t> open_requests::find_ticket(std::uint64_t ticket) const {
  const auto at = tickets_.find(ticket);
  return at == tickets_.end() ? std::nullopt : std::optional{at->second};
}

std::optional<open_request> open_requests::take(std::uint64_t id) {
  auto node = requests_.extract(id);
  if (!node) {
    return std::nullopt;
  }
  auto result = std::move(node.mapped());
  places_.erase(id);
  // Another request may have the same ticket by now.
  if (const auto same = tickets_.find(result.ticket);
      same != tickets_.end() && same->second == id) {
    tickets_.erase(same);
  }
  return result;
}

std::optional<open_request> open_requests::take_ticket(std::uint64_t ticket) {
  const auto id = find_ticket(ticket);
  return id ? take(*id) : std::nullopt;
}

std::vector<open_request> open_requests::take_all() {
  std::vector<open_request> result;
  result.reserve(requests_.size());
  for (auto& item : std::exchange(requests_, {})) {
    result.push_back(std::move(item.second));
  }
  tickets_.clear();
  places_.clear();
  return result;
}

std::vector<held_place> open_requests::places() const {
  std::vector<held_place> result;
  result.reserve(places_.size());
  for (const auto& item : places_) {
    result.push_back(item.second);
  }
  return result;
}

}  // namespace midas::internal
