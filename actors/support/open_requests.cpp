#include "actors/support/open_requests.hpp"

#include "transport/hosts/host_registry.hpp"

#include <functional>
#include <string>
#include <utility>

namespace midas::internal {

namespace {

constexpr std::size_t max_successors = 16;

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

open_requests::open_requests(const service_context& service)
    : queue_(service.options.max_cold_keys_per_lane),
      default_identity_(service.endpoint ? default_identity_of(*service.endpoint) : "") {}

admission_queue::request open_requests::next(const http_request& request) const {
  return {last_id_ + 1,    request.deadline,     request.lane,
          request.purpose, identity_of(request), request.urgent_at};
}

void open_requests::add(http_request request, caf_compat::promise<http_response> promise,
                        time_point now) {
  const auto asked = next(request);
  queue_.add(asked, now);
  const auto id = ++last_id_;
  const auto ticket = request.ticket;
  const auto key = key_of(request);
  if (ticket != 0) {
    tickets_.insert_or_assign(ticket, id);
  }
  auto token_key = request.key;
  const auto attempt_time = request.total_timeout;
  const auto attempt = request.attempt;
  auto exchange =
      std::make_shared<exchange_relay::exchange>(id, asked.identity, std::move(request));
  requests_.emplace(id, open_request{id,
                                     std::move(exchange),
                                     std::move(promise),
                                     ticket,
                                     key,
                                     std::move(token_key),
                                     attempt_time,
                                     attempt,
                                     {}});
}

std::shared_ptr<exchange_relay::exchange> open_requests::admit(host_budget& budget,
                                                               time_point now) {
  const auto id = queue_.admit(budget, now);
  if (!id) {
    return nullptr;
  }
  auto& admitted = requests_.at(*id);
  begin(admitted, now);
  return admitted.exchange;
}

void open_requests::note_begun(std::uint64_t id, host_budget& budget, time_point now) {
  if (queue_.admit(id, budget, now)) {
    begin(requests_.at(id), now);
  }
}

void open_requests::choose_successors(exchange_relay& relay, bool passes_slots_on,
                                      time_point now) const {
  if (!passes_slots_on) {
    relay.set_next({});
  } else if (relay.next_count() < max_successors / 2) {
    std::vector<std::shared_ptr<exchange_relay::exchange>> successors;
    for (const auto id : queue_.next(max_successors, now)) {
      successors.push_back(requests_.at(id).exchange);
    }
    relay.set_next(std::move(successors));
  }
}

void open_requests::begin(open_request& admitted, time_point now) {
  admitted.slot =
      used_slot{std::move(admitted.token_key), now, now + admitted.attempt_time, admitted.attempt};
  used_slots_.emplace(admitted.id, *admitted.slot);
}

std::optional<std::uint64_t> open_requests::find_ticket(std::uint64_t ticket) const {
  const auto at = tickets_.find(ticket);
  return at == tickets_.end() ? std::nullopt : std::optional{at->second};
}

wait_answer open_requests::wait_of(std::uint64_t ticket, host_budget& budget,
                                   time_point now) const {
  const auto id = find_ticket(ticket);
  // Without an id, the answer is on its way.
  if (!id || requests_.at(*id).slot) {
    return {wait_reason::answer};
  }
  return {budget.open_at(now) > now ? wait_reason::pause : wait_reason::slot};
}

std::optional<open_request> open_requests::take(std::uint64_t id) {
  auto node = requests_.extract(id);
  if (!node) {
    return std::nullopt;
  }
  auto result = std::move(node.mapped());
  queue_.remove(id);
  used_slots_.erase(id);
  // Another request may have the same ticket by now.
  if (const auto same = tickets_.find(result.ticket);
      same != tickets_.end() && same->second == id) {
    tickets_.erase(same);
  }
  return result;
}

std::vector<open_request> open_requests::take_all() {
  std::vector<open_request> result;
  result.reserve(requests_.size());
  while (!requests_.empty()) {
    result.push_back(*take(requests_.begin()->first));
  }
  return result;
}

host_load open_requests::load() const {
  host_load result{{}, queue_.waiting(), default_identity_};
  result.slots.reserve(used_slots_.size());
  for (const auto& item : used_slots_) {
    result.slots.push_back(item.second);
  }
  return result;
}

}  // namespace midas::internal
