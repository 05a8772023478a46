#include "transport/curl/curl_host_queue.hpp"

#include "transport/curl/curl_request_check.hpp"

#include <algorithm>
#include <utility>

namespace midas {

namespace {

// Programs talk to a host or two; one that talks to many must not remember them all.
constexpr std::size_t remembered_hosts = 32;

}  // namespace

curl_host_queue::host& curl_host_queue::of(std::string_view url) {
  const auto origin = origin_of(url);
  if (const auto known = hosts_.find(origin); known != hosts_.end()) {
    return known->second;
  }
  if (hosts_.size() >= remembered_hosts) {
    std::erase_if(hosts_, [](const auto& item) { return item.second.turns == 0; });
  }
  return hosts_.try_emplace(std::string{origin}).first->second;
}

bool curl_host_queue::take_turn(host& where, curl_order& order) {
  if (limit_ != 0 && where.turns >= limit_) {
    const auto deadline = order.request.deadline;
    where.waiting.emplace(deadline, std::move(order));
    return false;
  }
  ++where.turns;
  return true;
}

std::optional<curl_order> curl_host_queue::end_turn(host& where) {
  if (where.waiting.empty()) {
    --where.turns;
    return std::nullopt;
  }
  return std::move(where.waiting.extract(where.waiting.begin()).mapped());
}

std::optional<curl_order> curl_host_queue::remove(std::uint64_t id) {
  for (auto& item : hosts_) {
    auto& waiting = item.second.waiting;
    const auto found =
        std::ranges::find_if(waiting, [id](const auto& entry) { return entry.second.id == id; });
    if (found != waiting.end()) {
      return std::move(waiting.extract(found).mapped());
    }
  }
  return std::nullopt;
}

std::vector<curl_order> curl_host_queue::remove_all() {
  std::vector<curl_order> result;
  for (auto& item : hosts_) {
    for (auto& entry : std::exchange(item.second.waiting, {})) {
      result.push_back(std::move(entry.second));
    }
  }
  return result;
}

}  // namespace midas
